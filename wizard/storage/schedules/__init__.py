"""Runs on a schedule: files and commands for the system's own scheduler (systemd, launchd, Windows Task Scheduler)."""
