"""The broker restarts, crashes, forgets its sessions, overflows; and devices that pretend to be others."""

from dev.faults.ingest_process import UNACKED
from dev.faults.killing import KILLED
from dev.faults.outages import short_outages
from dev.faults.stage import Stage
from dev.faults.telling import told
from schemas.errors import InvalidInput

DROPPED = 'broker_dropped_total{broker="main"}'
COMMITS = "ingest_commit_seconds_count"
BEFORE_THE_LATE_ONE = 5
OLD, NEW = 30, 20
FORBIDDEN_NAMES = ("car/other", "+", "#", "car other", "$SYS", "", "c" * 65)


def restarted(stage: Stage) -> None:
    """F9: an orderly restart; sessions and queues are on disk."""
    short_outages(stage, stage.house.services.stop_broker, stage.house.services.start_broker)


def crashed(stage: Stage) -> None:
    """F10: messages the broker has acknowledged die with it, in the middle of each device's sequence.

    Devices keep what has no receipt and send it again when they are back.
    """
    services = stage.house.services
    fleet = stage.fleet(resend_after_s=5)
    stage.make_session()
    fleet.speak()
    for _ in range(stage.scale.outages):
        ingest = stage.ingest()
        fleet.wait(stage.dice.uniform(1, 3))
        ingest.terminate()
        fleet.wait(1)
        only_at_the_broker = fleet.acknowledged - fleet.receipted
        stage.check("the broker alone has something to lose", only_at_the_broker > 0)
        services.kill_broker()
        services.start_broker()
    stage.ingest()
    stage.recovered(stage.until_caught_up(fleet), limit_s=30)
    stage.finish()
    stage.check("devices sent again", fleet.resent > 0)


def forgot_its_session(stage: Stage) -> None:
    """F11: acknowledgements of an earlier connection must not hit messages that bear the same ids now."""
    services = stage.house.services
    old_link, new_link = stage.proxy(stage.house.broker_port), stage.proxy(stage.house.broker_port)
    old, new = stage.fleet(devices=1, broker=old_link), stage.fleet(devices=1, broker=new_link)
    ingest = stage.ingest(failpoint=f"after_ack:{BEFORE_THE_LATE_ONE + 1}")
    while ingest.look()[COMMITS] < BEFORE_THE_LATE_ONE:
        old.tell(1)
        old.receipted_within(5)
    services.stop_database()
    old.tell(OLD)
    stage.seconds_until(lambda: ingest.look()[UNACKED] >= OLD, 10)
    for link in (old_link, new_link):
        link.black_hole()
    services.kill_broker()
    stage.house.forget_sessions()
    services.start_broker()
    new_link.heal()
    stage.seconds_until(ingest.listening, 10)
    new.tell(NEW)
    stage.check("the broker took the new ones", new.acknowledged_within(40))
    stage.seconds_until(lambda: ingest.look()[UNACKED] >= OLD + NEW, 10)
    services.start_database()
    stage.check("killed after the late acknowledgements", ingest.wait(20) == KILLED)
    stage.ingest()
    stage.check("the broker delivers the new ones again", new.receipted_within(20) and new.resent == 0)
    old_link.heal()
    stage.finish()


def overflow(stage: Stage) -> None:
    """F14: the queue for ingest is full; the broker acknowledges and drops. No receipt, so devices send again."""
    fleet = stage.fleet(resend_after_s=4)
    stage.make_session()
    fleet.speak(3)
    stage.check("the broker acknowledged everything", fleet.acknowledged_within(10))
    stage.check("nothing is reported as stored", fleet.receipted == 0)
    ingest = stage.ingest()
    dropped_s = stage.seconds_until(lambda: ingest.look().get(DROPPED, 0) > 0, 15)
    stage.check("broker_dropped_total tells within 15 s", dropped_s <= 15)
    stage.finish()
    stage.check("devices sent again", fleet.resent > 0)


def spoofed(stage: Stage) -> None:
    """F22: a device that writes as another, or takes its client id, gets nowhere; names that would are refused."""
    fleet = stage.fleet(devices=2, rate=20)
    attacker, victim = fleet.senders
    stage.ingest()
    fleet.speak(1)
    for version in (5, 3):
        with stage.courier(attacker.who, client_id=victim.who.device_id, version=version) as hostile:
            forged = told(victim.who, 10_000, victim.base_ms)
            refused = hostile.send(forged.payload, topic=forged.topic)
            stage.check("MQTT 5 says that it is refused", refused or version == 3)
            stage.accounted += hostile.acknowledged  # MQTT 3.1.1 cannot say no
    fleet.speak(1)
    stage.finish()
    stage.check("names that reach further are refused", all(_refused(stage, name) for name in FORBIDDEN_NAMES))


def _refused(stage: Stage, name: str) -> bool:
    try:
        stage.house.provision([name], "s00")
    except InvalidInput:
        return True
    return False
