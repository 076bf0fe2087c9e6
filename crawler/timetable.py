"""The timetable: which jobs there are, when they run, when they must have ended.

Cron lines are read in the settings' time zone. What a job was planned for is worked out from the line alone, so that
two schedulers, or one that starts again, mean the same run by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from crawler.config import Config
from crawler.words import say
from storage.errors import WrongSettings

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_BACK = (timedelta(days=1), timedelta(days=8), timedelta(days=40), timedelta(days=370))
LONGEST = timedelta(hours=23)
"""A job without an end of its own is over before it is due again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the timetable."""

    name: str
    trigger: CronTrigger
    zone: ZoneInfo
    until: time | None = None
    only_urgent: bool = False
    catches_up: bool = False

    def next_after(self, now: datetime) -> datetime | None:
        """The next planned moment after ``now``."""
        found: datetime | None = self.trigger.get_next_fire_time(None, now + timedelta(microseconds=1))
        return found

    def last_before(self, now: datetime) -> datetime | None:
        """The latest planned moment that is not after ``now``, within a year."""
        for window in LOOK_BACK:
            last, at = None, self.next_after(now - window)
            while at is not None and at <= now:
                last, at = at, self.next_after(at)
            if last is not None:
                return last
        return None

    def ends_at(self, planned_at: datetime, started_at: datetime) -> datetime:
        """When a run must end: at ``until``; a run that is made up for later gets as long as it would have had."""
        if self.until is None:
            return started_at + LONGEST
        local = planned_at.astimezone(self.zone)
        end = datetime.combine(local.date(), self.until, self.zone)
        if end <= local:
            end += timedelta(days=1)
        return end if started_at < end else started_at + (end - local)


def timetable(config: Config) -> tuple[Job, ...]:
    """The jobs that the settings ask for, one row per job. Raises WrongSettings."""
    schedule = config.schedule
    zone = ZoneInfo(schedule.zone)
    until = time.fromisoformat(schedule.until) if schedule.until else None
    nightly = Job(
        name="nightly", trigger=_trigger("nightly", schedule.nightly, zone), zone=zone, until=until, catches_up=True
    )
    if not schedule.sweep:
        return (nightly,)
    return (nightly, Job(name="sweep", trigger=_trigger("sweep", schedule.sweep, zone), zone=zone, only_urgent=True))


def next_run(config: Config, now: datetime) -> datetime | None:
    """When the timetable's next job is planned. Raises WrongSettings."""
    return min((at for job in timetable(config) if (at := job.next_after(now))), default=None)


def _trigger(name: str, line: str, zone: ZoneInfo) -> CronTrigger:
    fields = line.split()
    if len(fields) == 5:
        # APScheduler counts weekdays from Monday; a cron line counts from Sunday. Names mean the same to both.
        fields[4] = re.sub(r"(?<![/\d])[0-7](?!\d)", lambda digit: WEEKDAYS[int(digit[0])], fields[4])
    try:
        return CronTrigger.from_crontab(" ".join(fields), timezone=zone)
    except ValueError as error:
        reason = say("{line} is no cron line: minute, hour, day, month and weekday, as 30 2 * * *", line=repr(line))
        raise WrongSettings(place=f"[schedule] {name}", reason=reason) from error
