"""Backtest: a simulated fleet lives for a year; health looks at it every fortnight and is held to what really came."""
