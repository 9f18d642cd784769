"""Run inside a keyring's bus by test_secret.py: a token goes in by standard input, and only to the URL it was kept with."""

import json
import subprocess
import sys
from pathlib import Path

from tests.company import company
from tests.program import Program
from tests.sandbox_process import running_sandbox


def looked_up(user: str) -> str:
    """What another program finds in the keyring."""
    command = ["secret-tool", "lookup", "service", "identity-center-wizard", "username", user]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def main(folder: Path) -> None:
    """Tells what happened in FOLDER/story.json."""
    users, _ = company(4, 0, 0).write(folder)
    program = Program(folder / "home", own_process=True)
    path = folder / "staff.json"
    story: dict[str, object] = {}
    with running_sandbox() as sandbox, running_sandbox() as elsewhere:
        program("new", str(path), "--users", str(users), "--tenant-url", sandbox.tenant_url, code=0)
        story["before"] = program("run", str(path)).code
        story["empty"] = program("secret", "set", str(path), "aws-token", stdin="\n").code
        program("secret", "set", str(path), "aws-token", stdin=f"Bearer {sandbox.token}\n", code=0)
        program("check", str(path), code=0)
        program("run", str(path), code=0)
        job = json.loads(path.read_text())
        story["kept"] = [looked_up(f"{job['id']}/{name}") for name in ("tenant-url", "aws-token")]
        second = sandbox.second_token()
        (folder / "second").write_text(second)
        (folder / "second").chmod(0o600)
        story["same"] = program("secret", "rotate", str(path), stdin=f"{sandbox.token}\n").code
        story["rotated"] = program("secret", "rotate", str(path), "--file", str(folder / "second")).code
        story["people"] = len(sandbox.state()["users"])
        sandbox.delete_first_token()
        story["after"] = [program("check", str(path)).code, looked_up(f"{job['id']}/aws-token") == second]
        health = json.loads(program("health", str(path), "--json").out)
        story["reminded"] = "first-token-left" in json.dumps(health)
        program("secret", "rotate", str(path), "--first-deleted", code=0)
        story["forgotten"] = "first-token-left" not in program("health", str(path), "--json").out
        story["calendar"] = program("secret", "calendar", str(path), str(folder / "token.ics")).code
        job = json.loads(path.read_text())
        job["target"]["tenant_url"] = elsewhere.tenant_url
        path.write_text(json.dumps(job))
        refused = program("run", str(path), "--full")
        story["elsewhere"] = [refused.code, refused.err, elsewhere.state()["requests"]["total"]]
        story["expected"] = [sandbox.tenant_url, sandbox.token]
    (folder / "story.json").write_text(json.dumps(story))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
