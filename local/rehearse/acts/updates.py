"""What happens to the players of the simulator while releases, machines and replicas come and go."""

import time
from pathlib import Path

from local.rehearse.acts.data import has_a_backup
from local.rehearse.engine import Failed
from local.rehearse.stage import STACK, Stage, told

MIGRATION = Path(__file__).with_name("migration")
"""Of the release that is rehearsed: what goes into db/migrations."""


def a_release_with_a_migration(stage: Stage) -> None:
    """Every replica is replaced, one after the other; nothing else is started again."""
    stage.until("there is a base backup, to try it on", lambda: has_a_backup(stage), 240)
    before = images(stage)
    changes = {f"db/migrations/{path.name}": path.read_text("utf-8") for path in MIGRATION.glob("*.sql")}
    revision = stage.releases.commit("A column more", changes)
    with stage.playing() as played:
        began = time.time()
        stage.releases.release(revision)
        seconds = time.time() - began
        time.sleep(3)
        failed, words = played.failed(began), told(played, began)
    after = images(stage)
    changed = sorted(name for name in after if after[name] != before.get(name))
    stage.show(
        "a release with a migration, under load",
        f"{words}; {seconds:.0f} s from commit to in force, new: {', '.join(changed)}",
        good=not failed and changed == ["api", "migrate", "web"],
    )


def a_broken_release(stage: Stage) -> None:
    """It never becomes ready: Docker goes back by itself, the release says so, and nobody outside notices."""
    before = images(stage)
    app = stage.releases.copy / "api_starlette" / "observe.py"
    good_text = app.read_text("utf-8")
    broken = good_text.replace("async def readyz(", "async def readyz_of_the_release_before(").replace(
        "async def healthz(",
        "async def readyz(request: Request) -> Response:\n    return Response(status_code=503)\n\n\nasync def healthz(",
    )
    revision = stage.releases.commit("Never ready", {"api_starlette/observe.py": broken})
    with stage.playing() as played:
        began = time.time()
        try:
            stage.releases.release(revision)
            said = "it was released"
        except Failed as failure:
            said = str(failure)
        seconds = time.time() - began
        failed, words = played.failed(began), told(played, began)
    after = images(stage)
    stage.show(
        "a broken release, under load",
        f"{words}; back after {seconds:.0f} s",
        good=not failed
        and {**after, "migrate": ""} == {**before, "migrate": ""}
        and "was taken back by Docker" in said,
    )
    stage.releases.release(stage.releases.commit("As before", {"api_starlette/observe.py": good_text}))


def a_worker_dies(stage: Stage) -> None:
    """Its power is cut. What was on its way to it is lost, and then its tasks run elsewhere."""
    worker = stage.machines["worker-2"]
    with stage.playing() as played:
        began = time.time()
        worker.kill()
        moved = stage.until("its tasks run elsewhere", lambda: _on_one(stage), 120)
        time.sleep(3)
        failed, words = played.failed(began), told(played, began)
        last = max((each["at"] for each in failed), default=began) - began
    stage.show(
        "a worker's power is cut, under load",
        f"{words}, the last after {last:.1f} s; its tasks elsewhere after {moved:.0f} s",
        good=last < 5,
    )
    worker.start()
    stage.until("worker-2 is back", lambda: "Ready" in _status(stage, "worker-2"), 120)


def web_is_scaled(stage: Stage) -> None:
    """To four replicas, and back to two."""
    with stage.playing() as played:
        began = time.time()
        for replicas in (4, 2):
            stage.manager(
                "service", "scale", "--detach=false", f"{STACK}_web={replicas}", f"{STACK}_api={replicas}", timeout=180
            )
        failed, words = played.failed(began), told(played, began)
    stage.show("both doors scaled to 4 and back, under load", words, good=not failed and len(stage.tasks("web")) == 2)


def _status(stage: Stage, machine: str) -> str:
    return stage.manager("node", "ls", "--filter", f"name={machine}", "--format", "{{.Status}}")


def _on_one(stage: Stage) -> bool:
    tasks = [stage.tasks(door) for door in ("web", "api")]
    return all(len(each) == 2 and {node for node, _ in each} == {"worker-1"} for each in tasks)


def images(stage: Stage) -> dict[str, str]:
    """The image of every service, by its name without the stack's."""
    names = stage.manager("stack", "services", "--format", "{{.Name}}", STACK).split()
    image = "{{.Spec.TaskTemplate.ContainerSpec.Image}}"
    return {
        name.removeprefix(f"{STACK}_"): stage.manager("service", "inspect", "--format", image, name) for name in names
    }
