"""m.s.weibo.com: a hashtag's counters (`ajax_topic/detail`), their increments (`trend`) and its heat (`level`). No cookie, no login."""

from datetime import datetime, timedelta

from tests.platforms_server.answers import Answer, Request, json, nothing_here, page
from tests.platforms_server.clock import CHINA
from tests.platforms_server.platforms import Platforms
from tests.platforms_server.robots import robots
from tests.platforms_server.texts import shown_unit
from tests.platforms_server.weibo_posts import short_user
from tests.platforms_server.world import SLOT, Topic, World, chance, slot_start

HOST = "m.s.weibo.com"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# What a view of the trend shows: the length of its slots, how many, and the label.
_VIEWS = {
    "": (SLOT, 6, "%H:%M"),
    "1h": (SLOT, 6, "%H:%M"),
    "24h": (_HOUR, 24, "%H:%M"),
    "7d": (_DAY, 7, "%m-%d"),
    "30d": (_DAY, 30, "%m-%d"),
    "6m": (_DAY, 180, "%m-%d"),
}
_TREND_NAMES = {"read": "read", "me": "mention", "partake": "interact", "ori": "ori_m"}


def answer(request: Request, platforms: Platforms) -> Answer:
    if request.path == "/robots.txt":
        return robots(HOST, platforms)
    if request.path == "/vtopic/detail_new":
        return page('<!DOCTYPE html><html><head><title>话题详情</title></head><body><div id="app"></div></body></html>')
    make = {"/ajax_topic/detail": _detail, "/ajax_topic/trend": _trend, "/ajax_topic/level": _level}.get(request.path)
    if make is None:
        return nothing_here()
    topic = platforms.world.topics.get(request.query.get("q", "").strip("#"))
    data = make(topic, request, platforms) if topic and topic.started <= request.now else _no_topic(request, platforms)
    return json({"code": 100000 if platforms.settings.code_as_number else "100000", "msg": "success", "data": data}, escaped=True)


def _no_topic(request: Request, platforms: Platforms) -> dict[str, object]:
    """The code still says all is well. Zeros without a container are no counters either."""
    word, form = request.query.get("q", "").strip("#"), platforms.settings.unknown_topic
    if form == "empty" or request.path != "/ajax_topic/detail":
        return {}
    info: dict[str, object] = {"topic_ori": word, "count": {"read": 0, "mention": 0, "interact": 0, "ori_m": 0, "star": 0}}
    return {"baseInfo": {**info, "object": {"display_name": f"#{word}#", "summary": ""}} if form == "no_id" else info, "baseData": {}}


def _detail(topic: Topic, request: Request, platforms: Platforms) -> dict[str, object]:
    world, now = platforms.world, request.now
    return {
        "baseInfo": base_info(topic, world, now),
        "baseData": _base_data(topic, world, now, old=platforms.settings.old_topic_shape),
        "baseClaimList": {"cur_claim_info": _claim(topic, world)},
        "media_info": {
            "scheme_url": "sinaweibo://cardlist",
            "show_str": "3家媒体",
            "users": [short_user(user) for user in list(world.authors.values())[4:15:5]],
        },
    }


def base_info(topic: Topic, world: World, now: datetime) -> dict[str, object]:
    """The object with the exact integers; the desktop search shows the same as `topicHeads`."""
    count = {metric: world.counter(topic, metric, now) for metric in ("read", "mention", "interact", "ori_m")}
    people = list(world.authors.values())[:3]
    info: dict[str, object] = {
        "topic_ori": topic.name,
        "object": {
            "display_name": f"#{topic.name}#",
            "summary": topic.summary,
            "category_str": topic.category,
            "sub_category_str": "",
            "create_at": int(topic.started.timestamp()),
            "biz": {"containerid": topic.containerid},
            "image": {"url": "https://wx2.sinaimg.cn/large/topic.jpg"},
            "url": f"https://s.weibo.com/weibo?q=%23{topic.name}%23",
        },
        "count": {
            **count,
            "buy_num": 0,
            "g_mention": count["mention"],
            "gone_num": 0,
            "ori_uv": count["ori_m"] * 6 // 7,
            "r_valid": count["read"] - count["read"] // 900_000,
            "rec_num": 0,
            "show": 0,
            "star": 3,
            "t_m_num": count["mention"] // 220,
            "t_r_num": int(count["read"] / 119 * (0.9 + 0.2 * chance(world.seed, topic.name, now.minute // 10))),
            "wants_num": 0,
        },
        "1h_mention": world.gained(topic, "mention", now - _HOUR, now),
        "1h_ori_m": world.gained(topic, "ori_m", now - _HOUR, now),
        "24h_mention": world.gained(topic, "mention", now - _DAY, now),
        "24h_read": world.gained(topic, "read", now - _DAY, now),
        "lists": [{"uid": user.uid, "contribution": 479 // rank} for rank, user in enumerate(people, 1)],
        "lists_users": [short_user(user) for user in people],
        "lists_users_scheme": "sinaweibo://cardlist?containerid=231522type%3D103",
        "band_info": [],
    }
    if topic.host:
        user = world.authors[topic.host]
        info["claim_info"] = {
            "name": user.name,
            "screen_name": user.name,
            "id": int(user.uid),
            "verified_reason": user.verified_reason,
            "avatar_hd": user.avatar,
        }
    return info


def _base_data(topic: Topic, world: World, now: datetime, *, old: bool) -> dict[str, object]:
    names = {"r": "read", "m": "mention", "interact": "interact", "ori_m": "ori_m"}
    total = {name: shown_unit(world.counter(topic, metric, now)) for name, metric in names.items()}
    if old:
        return {**total, "ori_uv": shown_unit(world.counter(topic, "ori_m", now) * 6 // 7)}
    since = {
        days: {name: shown_unit(world.gained(topic, metric, now - days * _DAY, now)) for name, metric in names.items()} for days in (1, 30)
    }
    board = {
        "cate": "hot_board",
        "cate_desc": "热搜榜",
        "duration_hour": 10,
        "duration_minute": 627,
        "duration_mod_min": 27,
        "off_board_time": f"{now.astimezone(CHINA):%Y%m%d%H%M}",
        "on_board_time": f"{(now - 10 * _HOUR).astimezone(CHINA):%Y%m%d%H%M}",
        "top_pos": 6,
        "topic_flag": 0,
    }
    return {"sum_all": total, "sum_24h": since[1], "sum_30d": since[30], "m_rank_pos_duration": {"data": [board]}}


def _claim(topic: Topic, world: World) -> dict[str, object] | None:
    if topic.host is None:
        return None
    user = world.authors[topic.host]
    return {
        "claim_time": f"{topic.started.astimezone(CHINA):%Y.%m.%d}-至今",
        "created_at": f"{topic.started.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "is_claim": True,
        "screen_name": user.name,
        "status": 2,
        "uid": int(user.uid),
    }


def _trend(topic: Topic, request: Request, platforms: Platforms) -> dict[str, object]:
    """Slots by their start; the newest is still running."""
    length, number, label = _VIEWS.get(request.query.get("time", ""), _VIEWS[""])
    last = slot_start(request.now, length)
    starts = [last - length * back for back in reversed(range(number))]
    wanted = request.query.get("type")
    return {
        name: [
            {
                "time": start.astimezone(CHINA).strftime(label),
                "value": platforms.world.gained(topic, metric, start, min(start + length, request.now)),
            }
            for start in starts
        ]
        for name, metric in _TREND_NAMES.items()
        if wanted in (None, "", name)
    }


def _level(topic: Topic, request: Request, platforms: Platforms) -> dict[str, object]:
    return {"level": 1 + len(str(platforms.world.gained(topic, "read", request.now - _DAY, request.now))) // 2}
