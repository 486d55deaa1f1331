"""What of the user's cookies is a secret, and what becomes of an answer in which one stands."""

import os
from dataclasses import replace

import pytest

from collectors.cookies import Cookies, opens_session
from collectors.live_archive import LiveArchive, is_live
from data.home import Home
from tests.command import groundswell
from tests.live.helpers import collect, collected, rows
from tests.live.test_evidence import everything
from tests.live.test_weibo import offered
from tests.platforms_server import faults

OWN = "GROUNDSWELL_WEIBO_MOBILE_COOKIE"
SEARCH = ("m.weibo.cn", "/api/container")
UNREAD = '{"ok":1,"data":{"you":"'


@pytest.mark.parametrize(
    "pair",
    [
        "SUB=_2A25KinventedinventedD8", "SUBP=0033Wrinvented", "SCF=Ainvented", "WBPSESS=Vinvented", "XSRF-TOKEN=inventedinvented",
        "gsid=_2A25Kinvented", "web_session=0400invented", "a1=18invented", "acw_tc=0a00dinvented", "login_sid_t=0123456789",
        "ALC=ac%3D2%26bt%3D17", "odd=0a1b2c3d4e5f60718293", "odd=QWxsIG9mIHRoaXMgaXMg", "odd=inventedInventedinvented=",
    ],
)  # fmt: skip
def test_what_opens_a_session_is_known_by_its_name_or_its_looks(pair):
    assert opens_session(*pair.split("=", 1))


@pytest.mark.parametrize(
    "pair",
    [
        "_s_tentry=weibo.com", "_s_tentry=passport.weibo.com", "UOR=www.weibo.com,s.weibo.com,passport.weibo.com",
        "UOR=h5.video.weibo.com,weibo.com,weibo.com", "xsecappid=xhs-pc-web", "webBuild=4.68.0", "WEIBOCN_FROM=1110006030", "MLOGIN=1",
        "SSOLoginState=1781000000", "SUB=deleted", "odd=aaaaaaaaaaaaaaaaaaaaaaaA1", "odd=a-name-of-an-application",
    ],
)  # fmt: skip
def test_hosts_and_names_of_applications_are_no_secret(pair):
    assert not opens_session(*pair.split("=", 1))


@pytest.mark.parametrize("form", ["inv/ented+inv%3D", "inv/ented+inv=", "inv%2Fented%2Binv%253D", "inv\\/ented+inv%3D"])
def test_a_secret_is_found_as_pages_write_it(tmp_path, monkeypatch, form):
    monkeypatch.setenv(OWN, "SCF=inv/ented+inv%3D; SUB=inv/ented+inv%3D-and-more")
    cookies, told = Cookies(Home(tmp_path)), f'{{"a": "{form}", "b": "{form}"}}'.encode()
    assert cookies.told_in(told) and cookies.without(told) == b'{"a": "-", "b": "-"}'
    assert not cookies.told_in(b"invented") and cookies.without(b"inv/ented+inv%3D-and-more") == b"-"


def test_ordinary_cookies_cost_no_evidence(small, home, monkeypatch):
    monkeypatch.setenv(OWN, f"{os.environ[OWN]}; _s_tentry=m.weibo.cn; xsecappid=container")
    fault = small.fault("bad_json", "m.s.weibo.com", "/ajax_topic/trend")
    said = collect(home, "weibo-posts", "weibo-counts")
    small.heal(fault)
    assert collected(home) == offered(small) and "secret" not in said.err
    assert all(is_live(ref) for (ref,) in rows(home, "select raw_ref from sighting union all select raw_ref from quarantine"))
    answers = [entry for entry in small.log.entries() if entry.path != "/robots.txt"]
    assert LiveArchive(home / "archive" / "live").verify()["checked"] == len(answers)


@pytest.fixture
def telling(small, monkeypatch):
    """The mobile search tells the reader their own secret, also within a post; `whole` or cut off."""
    secret = os.environ[OWN].partition("SUB=")[2].partition(";")[0]

    def tells(whole):
        def told(made):
            body = made.body.replace(b'"text":"', b'"text":"' + f"{secret} ".encode(), 1)
            return replace(made, body=body if whole else UNREAD.encode() + secret.encode())

        monkeypatch.setitem(faults.FAULTS, "tells_the_cookie", faults._changed(told))
        return small.fault("tells_the_cookie", *SEARCH, times=1)

    return secret, tells


def test_an_answer_with_a_secret_is_kept_in_parts_and_it_is_said(small, home, telling):
    secret, tells = telling
    tells(whole=True)
    said = collect(home, "weibo-posts", publish=True)
    assert said.status == 0 and collected(home) == offered(small)
    assert "a session's secret stood: 1;" in said.err
    [(warnings,)] = rows(home, "select warnings from run where ended is not null")
    assert [True for one in warnings if "a session's secret stood: 1;" in one]
    refs = rows(home, "select raw_ref from sighting where surface not like '%long text%'")
    kept_whole = [is_live(ref) for (ref,) in refs]
    assert 0 < sum(kept_whole) < len(kept_whole)  # of the answer with the secret only the items are kept
    assert [place for place, body in everything(home).items() if secret.encode() in body] == []
    assert rows(home, "select count(*) > 0 from post where text like '- %'") == [(True,)]


def test_an_answer_with_a_secret_that_cannot_be_read_is_in_quarantine(small, home, telling):
    secret, tells = telling
    tells(whole=False)
    said = collect(home, "weibo-posts", publish=True)
    assert said.status == 4 and said.json["quarantined"] == 1 and "a session's secret stood: 1;" in said.err
    [(reason, ref)] = rows(home, "select reason, raw_ref from quarantine")
    assert "damaged or cut off" in reason and not is_live(ref)
    kept = everything(home)
    assert [place for place, body in kept.items() if secret.encode() in body] == []
    assert any(b'\\"you\\":\\"-' in body for place, body in kept.items() if ".frames" in place)
    assert groundswell(home, "replay", "--no-publish").status == 0
    assert groundswell(home, "verify", home / "archive").json["ok"]
