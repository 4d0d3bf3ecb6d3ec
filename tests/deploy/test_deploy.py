"""What deploy/ promises: two replicas behind the nginx of every deployment, and manifests that their readers accept."""

import asyncio
import base64
import gzip
import hashlib
import http.client
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Coroutine
from contextlib import closing
from http.client import HTTPMessage
from pathlib import Path
from urllib.parse import quote, urlsplit

import kubernetes_validate
import pytest
import streamlit
import yaml
from compose_spec import PyCompose
from playwright.sync_api import expect

from tests.support import ROOT, programs
from tests.support.addresses import address, all_open, some_pages
from tests.support.balanced import CONFIGURATION, Nginx, replace
from tests.support.browser import USUAL, Visit
from tests.support.server import Server
from tests.support.visitor import Visitor, run

DEPLOY = ROOT / "deploy"
LONG = "/?s=" + quote("注意力是你所需要的一切" * 181 + "猫が座った")  # 1,996 characters, 18 kB
pytestmark = pytest.mark.xdist_group("deploy")


class House:
    """Two replicas and the nginx before them."""

    def __init__(self, folder: Path, program: str):
        self.folder = folder
        self.replicas = [Server(folder / f"replica-{number}.log").start() for number in (1, 2)]
        (folder / "nginx").mkdir()
        self.nginx = Nginx(program, folder / "nginx", list(map(netloc, self.replicas)))
        self.url = self.nginx.url

    def stop(self) -> None:
        """End all of it."""
        self.nginx.stop()
        for replica in self.replicas:
            if replica.process.poll() is None:
                replica.stop()

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str):
        """Status, headers and content of an answer."""
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.headers, refusal.read()

    @property
    def written(self) -> str:
        """All that the logs hold."""
        logs = [self.nginx.log, self.nginx.errors, *(replica.log for replica in self.replicas)]
        return "".join(log.read_text() for log in logs)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    program = programs.find("nginx")
    if program is None:
        pytest.skip("no nginx on this machine: `make test` installs it where it may")
    built = House(tmp_path_factory.mktemp("house"), program)
    yield built
    built.stop()


def policy(headers: HTTPMessage) -> dict[str, list[str]]:
    """A Content-Security-Policy by directive."""
    return {name: rest for name, *rest in map(str.split, headers["Content-Security-Policy"].split(";"))}


def test_every_answer_carries_the_headers_that_keep_a_page_from_loading_or_telling_others(house):
    for path in ("/", "/why_scale", "/favicon.png", "/_stcore/health", "/_stcore/metrics"):
        _, headers, _ = house.get(path)
        allowed = policy(headers)
        assert allowed["default-src"] == ["'none'"]
        assert "'unsafe-inline'" not in allowed["script-src"]
        assert "'unsafe-eval'" not in allowed["script-src"]
        assert allowed.pop("frame-ancestors") == ["*"]  # any page may show a figure
        sources = {source for name, of in allowed.items() for source in of if not source.startswith("'")}
        assert sources == {"blob:", "data:"}  # no other host
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "nginx"


def test_the_one_inline_script_that_may_run_is_streamlits_own():
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts}
    assert set(re.findall(r"'sha256-([^']+)'", CONFIGURATION.read_text())) == hashes


def test_only_what_a_page_needs_is_open(house):
    for path in (
        "metrics",
        "script-health-check",
        "upload_file/a/b",
        "agent/interact",
        "agent/openapi.json",
        "nothing",
    ):
        assert house.get(f"/_stcore/{path}")[0] == 404
    assert b"streamlit" not in house.get("/_stcore/host-config")[2]  # the hosts that Streamlit would let command pages
    assert house.get("/_stcore/health")[::2] == (200, b"ok")
    for method in ("POST", "PUT", "DELETE"):
        assert house.get("/", method, b"x")[0] == 403
    assert house.get("/", "POST", b"x" * 20_000)[0] in (403, 413)


@pytest.mark.parametrize(
    ("asked", "front_door"),
    [("/playground?s=a%20cat", "/?s=a%20cat"), ("/inside_a_transformer/x", "/"), ("/pages/why_scale?ds=2", "/?ds=2")],
)
def test_an_address_that_streamlit_has_no_page_for_leads_to_the_front_door(house, asked, front_door):
    with closing(http.client.HTTPConnection(house.url.removeprefix("http://"), timeout=20)) as connection:
        connection.request("GET", asked)
        with connection.getresponse() as answer:
            assert (answer.status, answer.headers["Location"]) == (302, front_door)
    assert house.get("/why_scale/_stcore/health")[0] == 404  # a browser looks for the server there first


def test_scripts_come_small_and_the_app_sends_each_once(house):
    page = house.get("/")[2].decode()
    script = max(re.findall(r"static/js/[\w.-]+\.js", page), key=lambda name: len(house.get(f"/{name}")[2]))
    status, headers, content = house.get(f"/{script}", **{"Accept-Encoding": "gzip"})
    plain = gzip.decompress(content)
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert len(content) < 0.45 * len(plain)
    assert plain == house.get(f"/{script}")[2]
    for replica in house.replicas:
        replica.process.send_signal(19)  # stopped: whatever comes now comes from nginx
    try:
        assert house.get(f"/{script}")[2] == plain
    finally:
        for replica in house.replicas:
            replica.process.send_signal(18)


def test_a_link_of_two_thousand_characters_in_any_script_comes_through(house):
    assert len(LONG) > 17_000
    assert house.get(LONG)[0] == 200
    assert house.get("/?s=" + "%F0%9F%90%88" * 2_000)[0] == 200  # 24 kB
    assert house.get("/?s=" + "%F0%9F%90%88" * 6_000)[0] == 414


def test_a_visitor_without_the_cookie_gets_one_and_the_rest_of_the_page_does_not(house):
    _, headers, _ = house.get("/")
    cookie, *attributes = headers["Set-Cookie"].split("; ")
    assert re.fullmatch("replica=[0-9a-f]{32}", cookie)
    assert attributes == ["Path=/", "HttpOnly", "SameSite=Lax"]  # and Secure where nginx speaks TLS
    assert house.get("/", Cookie=cookie)[1]["Set-Cookie"] is None
    assert house.get("/", Cookie="replica=forged")[1]["Set-Cookie"] is not None
    assert "replica=" not in house.get("/_stcore/health")[1].get("Set-Cookie", "")


def netloc(replica: Server) -> str:
    """Its address as nginx writes it."""
    return f"127.0.0.1:{replica.port}"


def replicas_asked(house, *paths: str, **headers: str) -> set[str]:
    """The replicas that requests for these paths, which no other test asks for, are sent to first.

    nginx logs an answer after it has sent it, and two requests in any order.
    """
    for path in paths:
        house.get(path, **headers)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        lines = map(json.loads, house.nginx.log.read_text().splitlines())
        replicas = {line["path"]: line["replica"].split(",")[0] for line in lines}
        if replicas.keys() >= set(paths):
            return {replicas[path] for path in paths}
        time.sleep(0.01)
    raise TimeoutError(f"not in the log of nginx: {paths}")


def test_one_visitor_stays_with_one_replica_and_many_are_spread(house):
    used = set()
    for number in range(8):
        paths = (f"/page-{number}", f"/page-{number}.png", f"/media/{number}")
        answered = replicas_asked(house, *paths, Cookie=f"replica={number:032x}")
        assert len(answered) == 1
        used |= answered
    assert len(used) == 2
    # cookies blocked: the address decides
    assert len(replicas_asked(house, *(f"/media/without-cookie-{number}" for number in range(3)))) == 1


WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (e) =>
  refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
"""


@pytest.fixture(scope="module")
def context(browser):
    """A browser that keeps the app's scripts from one test to the next."""
    opened = browser.new_context(**USUAL)
    opened.add_init_script(WATCH)
    yield opened
    opened.close()


@pytest.fixture
def visitor(house, context):
    """A visitor without a cookie, who may have met no fault."""
    context.clear_cookies()
    visit = Visit(house, context)
    yield visit
    visit.page.close()
    assert visit.faults == []


@pytest.mark.parametrize("page", some_pages("inside_a_transformer"))
def test_a_page_runs_under_the_policy_and_its_files_come_through(visitor, tmp_path, page):
    files = {name: "true" for name in all_open(page) if name.endswith("take")}
    visitor.open(address(page, s="The cat sat because it was tired", **files))
    expect(visitor.heading).to_have_text(page.question)
    assert visitor.page.evaluate("refused") == []
    buttons = visitor.page.locator("[data-testid=stDownloadButton] button")
    for number in {0, buttons.count() - 1} if buttons.count() else ():
        with visitor.page.expect_download() as download:
            buttons.nth(number).click()
        download.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").stat().st_size > 100


def test_a_long_link_runs_under_the_policy(visitor):
    visitor.open(LONG)
    assert visitor.page.evaluate("refused") == []
    assert "%E6%B3%A8%E6%84%8F" in visitor.link


def test_a_killed_replica_leaves_its_visitor_with_all_they_had(house, visitor):
    visitor.open("/?s=the%20queen%20and%20the%20king&q=2")
    visitor.toggle("self")
    visitor.expect_link("&self=true")
    visitor.settle()
    before = (visitor.link, visitor.reading)
    cookie = next(f"replica={each['value']}" for each in visitor.context.cookies() if each["name"] == "replica")
    mine = replicas_asked(house, "/media/mine", Cookie=cookie)
    killed = next(replica for replica in house.replicas if {netloc(replica)} == mine)
    with visitor.losing_the_server():
        killed.process.kill()
        killed.process.wait()
    assert house.get("/", Cookie=cookie)[0] == 200  # whoever opens a page now gets it from the other
    visitor.settle()
    assert (visitor.link, visitor.reading) == before
    visitor.toggle("self")
    expect(visitor.link_field).to_have_value(house.url + before[0].replace("&self=true", ""))
    killed.start()
    for number in range(200):
        if replicas_asked(house, f"/media/again-{number}", Cookie=cookie) == mine:
            return
        time.sleep(0.1)  # for two seconds nginx leaves it alone
    raise TimeoutError("nginx does not ask it again")


def test_nobody_loses_what_they_had_set_when_a_replica_is_drained(house):
    drained, other = house.replicas
    cookies = (f"replica={number:032x}" for number in range(100))
    cookie = next(each for each in cookies if replicas_asked(house, f"/media/{each}", Cookie=each) == {netloc(drained)})
    visitor = Visitor(house.url, "s=the%20queen%20and%20the%20king&take=true", headers={"Cookie": cookie})

    async def change() -> None:
        await visitor.open()
        await visitor.set("self", "bool_value", True)
        await visitor.choose_word(4)

    async def stay() -> None:
        session = visitor.session
        await visitor.set("causal", "bool_value", True)
        assert visitor.session == session

    async def come_back() -> None:
        before, session = visitor.link, visitor.session
        assert urlsplit(before).query.endswith("&self=true&causal=true&q=5")
        await asyncio.wait_for(visitor.socket.wait_closed(), 20)
        await visitor.open()
        assert visitor.session != session
        assert visitor.link == before

    async def take_away() -> str:
        files = (getattr(element, "deferred_file_id", "") for element in visitor.widgets.values())
        return await visitor.download(next(filter(None, files)))

    async def watch() -> list[str]:
        loop, commands = asyncio.get_running_loop(), []

        def carry_out(command: str) -> None:
            def meanwhile(act: Coroutine) -> None:
                asyncio.run_coroutine_threadsafe(act, loop).result(60)
                asked = replicas_asked(house, f"/drained-{len(commands)}", Cookie=cookie)
                assert asked == {netloc(other)}

            commands.append(command)
            if command.endswith("reload"):
                house.nginx.reload()
            elif command.startswith("sleep"):
                meanwhile(stay())
            else:
                drained.stop()
                meanwhile(come_back())
                drained.start()

        await change()
        await asyncio.to_thread(replace, house.folder, carry_out, "playground-1")
        assert replicas_asked(house, "/replaced", Cookie=cookie) == {netloc(drained)}
        status, _, _ = house.get(await take_away(), Cookie=cookie)
        assert status == 200
        await visitor.close()
        return commands

    commands = run(watch())
    assert [command.split()[-1] for command in commands] == ["reload", "5", "playground-1", "reload"]
    assert visitor.faults == []


def test_no_log_holds_what_a_visitor_wrote(house):
    house.get("/?s=confidential", Referer=f"{house.url}/?s=confidential")
    house.get("/_stcore/nothing?s=confidential")
    assert '"path":"/_stcore/nothing"' in house.nginx.log.read_text()
    for word in ("confidential", "queen", "%E6%B3%A8", "注意", "127.0.0.1:0"):
        assert word not in house.written


MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_kubernetes_accepts_the_manifests(path):
    for document in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(document, "1.34", strict=True)


def test_the_manifests_fit_together():
    named = {path.stem: yaml.safe_load(path.read_text()) for path in MANIFESTS}
    pod = named["deployment"]["spec"]["template"]
    for other in ("service", "disruption", "network"):
        spec = named[other]["spec"]
        chosen = spec.get("podSelector") or spec["selector"]
        assert chosen.get("matchLabels", chosen) == pod["metadata"]["labels"]
    assert named["autoscaler"]["spec"]["scaleTargetRef"]["name"] == named["deployment"]["metadata"]["name"]
    backend = named["ingress"]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == named["service"]["metadata"]["name"]
    app = pod["spec"]["containers"][0]["resources"]
    target = named["autoscaler"]["spec"]["metrics"][0]["containerResource"]["target"]["averageValue"]
    assert (app["requests"]["cpu"], app["limits"]["cpu"]) == (target, "1")
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["playground-1"]
    assert (composed["cpus"], composed["mem_limit"] + "i") == (1.0, app["limits"]["memory"].lower())
    kept = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text())
    assert {DEPLOY / resource for resource in kept["resources"]} == set(MANIFESTS)
    configuration = kept["configMapGenerator"][0]
    assert all((DEPLOY / file).exists() for file in configuration["files"])
    assert {"name": configuration["name"]} in [volume.get("configMap") for volume in pod["spec"]["volumes"]]


def test_every_container_is_locked():
    deployment = yaml.safe_load((DEPLOY / "kubernetes" / "deployment.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["resources"]["limits"]["memory"]
    for service in yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"].values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["mem_limit"]


def test_compose_accepts_its_file_and_nginx_knows_the_replicas():
    text = (DEPLOY / "compose.yaml").read_text()
    merged = yaml.safe_load(text)
    assert set(PyCompose.from_json(json.dumps(merged)).service_names()) == set(merged["services"])
    with pytest.raises(ValueError, match="read_olny"):
        PyCompose.from_json(json.dumps(merged | {"services": {"nginx": {"read_olny": True}}}))
    addresses = {
        (service["networks"]["inside"]["ipv4_address"] + ":8501", name)
        for name, service in merged["services"].items()
        if name != "nginx"
    }
    known = re.findall(r"^server (\S+).*;  # (\S+)$", (DEPLOY / "nginx" / "replicas.conf").read_text(), re.MULTILINE)
    assert set(known) == addresses


def test_the_container_gets_all_that_the_app_reads_and_runs_as_nobody_in_particular():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = {source for line in lines if line.startswith("COPY ") for source in line.split()[1:-1]}
    assert {"app.py", "pages", "ui", "attention_core", "data", ".streamlit", "pyproject.toml", "LICENSE"} <= copied
    assert "docs/teaching.md" in copied  # for teachers, on every page
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text().splitlines()
    assert copied - {"--from=packages", "/venv"} <= {line[1:] for line in ignored if line.startswith("!")}
    assert "--no-deps -r requirements-lm.txt" in "".join(lines)
    assert " ".join((ROOT / "packages.txt").read_text().split()) in "".join(lines)  # the fonts
    assert "USER 1000" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)


@pytest.mark.nightly
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the commands take the tree from its repository")
def test_the_commands_for_a_space_put_the_app_and_its_front_matter_into_its_repository(tmp_path):
    about = (DEPLOY / "README.md").read_text()
    anyones = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b"}
    environment = os.environ | anyones | who | {"SPACE": str(tmp_path / "space.git")}

    def run(*command: str | Path, folder: Path = tmp_path) -> None:
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)

    commands = re.search(r"```sh\n(git clone.*?)```", about, re.DOTALL)[1]
    run("git", "init", "--bare", "space.git")
    run("git", "clone", "--depth", "1", f"file://{ROOT}", "tree")
    run("bash", "-euo", "pipefail", "-c", commands, folder=tmp_path / "tree")
    run("git", "clone", "space.git", "pushed")
    pushed = tmp_path / "pushed"
    front = yaml.safe_load((pushed / "README.md").read_text().split("---\n")[1])
    assert front == {"title": "Attention Playground", "sdk": "docker", "app_port": 8501}
    steps = (pushed / "Dockerfile").read_text().splitlines()
    assert f"EXPOSE {front['app_port']}" in steps
    kept = {line[1:] for line in (pushed / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((pushed / name).exists() for name in kept - {"**/__pycache__"})
