# Two commands do everything on a fresh Debian machine: make demo, make test. Nothing here needs Docker.
SHELL := /bin/sh
PYTHON := .venv/bin/python
# Each has services of its own, about 1 GB.
WORKERS := $(shell n=$$(nproc); echo $$((n < 4 ? n : 4)))
.DEFAULT_GOAL := help

.PHONY: help setup demo test test-long lint bench-ingest bench-storage bench-health accuracy backtest faults soak docs services-stop clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: ## .venv with everything, TimescaleDB and Mosquitto unpacked; no more after the first time
	@sh dev/setup.sh

demo: setup ## the main job end to end, until Ctrl-C (ONCE=1: end after the summary)
	@$(PYTHON) -m dev.demo $(if $(ONCE),--once)

test: setup lint ## lint, types and the whole suite on the real database and broker, files side by side (WORKERS=1)
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-long: setup ## what takes half a minute and more each
	@$(PYTHON) -m pytest -m long

lint: setup ## ruff and mypy --strict
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy

bench-ingest: setup ## rates of ingest beside COPY, a bare subscriber and a plain peer; memory; bytes (ONLY=part)
	@$(PYTHON) -m dev.bench ingest $(if $(ONLY),--only $(ONLY))

accuracy: setup ## every accuracy goal that data and simulation can show (DATA=folder, JSON=1)
	@$(PYTHON) -m dev.accuracy $(DATA) $(if $(JSON),--json)

bench-storage: setup ## bytes per sample live, compressed and cold; rows a second out of the database and back
	@$(PYTHON) -m dev.bench storage

bench-health: setup ## a vehicle-year, a thousand vehicle-days beside a plain loop, database to report; one core
	@$(PYTHON) -m dev.bench health

backtest: setup ## a simulated year of a fleet, and how health did (CARS=40, DAYS=365, SEED=1, JSON=1)
	@$(PYTHON) -m dev.backtest $(if $(CARS),--cars $(CARS)) $(if $(DAYS),--days $(DAYS)) $(if $(SEED),--seed $(SEED)) $(if $(JSON),--json)

faults: setup ## break broker, database, network and ingest under load, 15 minutes (ONLY=F6,F7, SEED=1)
	@$(PYTHON) -m dev.faults matrix $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))

soak: setup ## half an hour at 80 % of rated load (MINUTES=30, SEED=1)
	@$(PYTHON) -m dev.faults soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

docs: setup ## regenerate what is generated: schema, AsyncAPI, formats, models, settings
	@$(PYTHON) -m schemas > docs/asyncapi.json
	@$(PYTHON) -m dev.models_doc > docs/models.md
	@$(PYTHON) -m dev.docs
	@$(PYTHON) -m dev.formats_doc > docs/formats.md
	@$(PYTHON) -m dev.schema_dump > archive/database/schema.sql

services-stop: ## stop every local service this checkout's user started
	@$(PYTHON) -m dev.services stop

clean: ## forget .venv and caches (data in the user's cache folder stay)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
