"""s.weibo.com: the desktop's search as HTML, for the user's own login; the hot list as HTML, for a guest too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import quote

from tests.platforms_server import passport, texts
from tests.platforms_server.answers import Answer, Request, nothing_here, page, redirect
from tests.platforms_server.clock import CHINA, search_time
from tests.platforms_server.platforms import Platforms
from tests.platforms_server.robots import robots
from tests.platforms_server.texts import shown_short
from tests.platforms_server.world import Post, World

HOST = "s.weibo.com"
_HOUR = timedelta(hours=1)


def answer(request: Request, platforms: Platforms) -> Answer:
    if request.path == "/robots.txt":
        return robots(HOST, platforms)
    who = platforms.sessions.who(request)
    if who == "nobody":
        return passport.to_visitor(request)
    if request.path == "/top/summary" and who != "expired":
        return _hot(request, platforms)
    if request.path in ("/weibo", "/realtime"):
        return _search(request, platforms) if who == "login" else to_login()
    if request.path == "/ajax/search/all":
        return redirect("https://weibo.com/sorry?pagenotfound")
    return to_login() if who == "expired" else nothing_here()


def to_login() -> Answer:
    return redirect("https://weibo.com/login.php?url=https%3A%2F%2Fs.weibo.com%2F", block="login")


@dataclass(frozen=True, kw_only=True)
class Slice:
    since: datetime | None
    until: datetime | None


def slice_of(told: str | None) -> Slice:
    """`custom:2026-06-14-3:2026-06-14-5`: China time, the end hour excluded; without an hour the whole day counts."""
    if not told or not told.startswith("custom:"):
        return Slice(since=None, until=None)
    first, _, last = told.removeprefix("custom:").partition(":")
    return Slice(since=_moment(first, end=False), until=_moment(last, end=True))


def _moment(told: str, *, end: bool) -> datetime | None:
    parts = [int(part) for part in told.split("-") if part.isdigit()]
    if len(parts) < 3:
        return None
    day = datetime(parts[0], parts[1], parts[2], tzinfo=CHINA)
    return day + parts[3] * _HOUR if len(parts) > 3 else day + (24 * _HOUR if end else timedelta())


def _search(request: Request, platforms: Platforms) -> Answer:
    """At most `page_cap` pages of a slice. Page numbers past the end show the no-result block, and recommended posts under it."""
    query, number, world = request.query.get("q", ""), request.page(), platforms.world
    size, cap = platforms.settings.page_size, platforms.settings.page_cap
    asked = slice_of(request.query.get("timescope"))
    found = world.search(query, request.now, since=asked.since, until=asked.until)
    found = [post for post in found if _wanted(post, request, world)]
    pages = min(cap, -(-len(found) // size))
    if number > pages:
        others = [post for post in world.search("", request.now)[:2] if post not in found]
        return no_result("".join(_card(post, "", world, request.now) for post in others))
    rows = found[max(0, (number - 1) * size - (number > 1)) : number * size]
    cards = "".join(_card(post, query, world, request.now) for post in [*world.banners(query, request.now), *rows])
    return page(
        _PAGE.format(
            head=_topic_head(query, platforms, request.now) if number == 1 else "", cards=cards, pages=_pages(request, number, pages)
        )
    )


def no_result(cards: str) -> Answer:
    return page(_NO_RESULT.format(cards=cards))


def _wanted(post: Post, request: Request, world: World) -> bool:
    asked = request.query
    if asked.get("scope") == "ori" and post.root:
        return False
    if asked.get("haspic") == "1" and not post.pictures:
        return False
    return not (asked.get("vip") == "1" and world.authors[post.uid].verified_type < 0)


def _topic_head(query: str, platforms: Platforms, now: datetime) -> str:
    topic = platforms.world.topics.get(query.strip("#")) if query.startswith("#") else None
    if topic is None:
        return ""
    read, mention = (shown_short(platforms.world.counter(topic, metric, now)) for metric in ("read", "mention"))
    name = escape(topic.name)
    return f"""<div class="card-topic-a" node-type="topicSmall"><div class="info" id="pl_topic_header">
<div class="title"><h1><a href="#">#{name}#</a></h1></div>
<div class="total"><span>阅读{read}</span><span>讨论{mention}</span></div></div></div>"""


def _pages(request: Request, number: int, pages: int) -> str:
    """The list of pages, and links to the one before and the next."""

    def to(which: int) -> str:
        kept = "".join(f"&{name}={quote(value, safe=':-')}" for name, value in request.query.items() if name not in ("q", "page"))
        return escape(f"{request.path}?q={quote(request.query.get('q', ''), safe='')}{kept}&page={which}")

    if pages < 2:
        return ""
    listed = "".join(f'<li><a href="{to(which)}">第{which}页</a></li>' for which in range(1, pages + 1))
    before = f'<a href="{to(number - 1)}" class="prev">上一页</a>' if number > 1 else ""
    after = f'<a href="{to(number + 1)}" class="next">下一页</a>' if number < pages else ""
    return (
        f'<div class="m-page"><div>{before}<span class="list"><a action-type="feed_list_page_more" class="pagenum">第{number}页</a>'
        f'<ul class="s-scroll" node-type="feed_list_page_morelist" style="display:none">{listed}</ul></span>{after}</div></div>'
    )


def _card(post: Post, query: str, world: World, now: datetime) -> str:
    author, (likes, comments, reposts) = world.authors[post.uid], world.counts(post, now)
    loud = " 转赞人数超过100" if likes + reposts > 100 and int(post.mid) % 3 == 0 else ""
    source = f'&nbsp;来自 <a href="//app.weibo.com/t/feed/1tqBja" rel="nofollow">{escape(post.source)}</a>' if post.source else ""
    badge = {3: "woo_svg_vblue", 0: "woo_svg_vyellow"}.get(author.verified_type)
    mark = f'<span class="woo-icon-wrap woo-avatar-icon"><svg><use xlink:href="#{badge}"></use></svg></span>' if badge else ""
    pictures = "".join(f'<li><img src="//wx1.sinaimg.cn/thumb150/{pid}.jpg"/></li>' for pid in post.pictures)
    media = f'<div class="media media-piclist" node-type="feed_list_media_prev"><ul>{pictures}</ul></div>' if pictures else ""
    home = f"//weibo.com/{'u/' if int(author.uid) % 4 == 0 else ''}{author.uid}"
    name = escape(author.name)
    older = "p" if int(post.mid) % 11 == 0 else "div"
    return f"""<!--card-wrap-->
<div class="card-wrap" action-type="feed_list_item" mid="{post.mid}" >
<div class="card"><div class="card-feed">
<div class="avator"><a href="//weibo.com/{author.uid}?refer_flag=1001030103_" target="_blank"><img src="{author.avatar}"/></a></div>
<div class="content" node-type="like">
<div class="info"><div class="menu s-fr"><a href="javascript:void(0);" action-type="fl_menu"></a></div>
<div style="padding: 6px 0 3px;">
<a href="{home}?refer_flag=1001030103_" class="name" target="_blank" nick-name="{name}">{name}</a>{mark}</div></div>
<{older} class="from" ><a href="//weibo.com/{author.uid}/{post.bid}?refer_flag=1001030103_" target="_blank">
                        {search_time(post.published, now)}{loud}
                    </a>{source}</{older}>
{"".join(_texts(post, query, world, now))}
{media}{_original(post, world, now)}
</div></div>
{_acts(post.mid, likes, comments, reposts)}</div></div>
<!--/card-wrap-->"""


def _texts(post: Post, query: str, world: World, now: datetime) -> Iterator[str]:
    """The text; of a long one its beginning, and mostly the whole of it hidden beside."""
    text, name = world.text(post, now), escape(world.authors[post.uid].name)
    if not texts.is_long(text):
        mark = "\u200b" if int(post.mid) % 4 == 0 else ""
        yield f'<p class="txt" node-type="feed_list_content" nick-name="{name}">\n{texts.search(text, query)}{mark}</p>'
        return
    link = f'<a href="//weibo.com/{post.uid}/{post.bid}" action-type="fl_unfold" target="_blank">展开<i class="wbicon">c</i></a>'
    yield f'<p class="txt" node-type="feed_list_content" nick-name="{name}">\n{texts.search(texts.cut(text), query)}...{link}</p>'
    if post.full_on_page:
        fold = '<a href="javascript:void(0);" action-type="fl_fold">收起<i class="wbicon">d</i></a>'
        whole = texts.search(text, query) + fold
        yield f'<p class="txt" node-type="feed_list_content_full" nick-name="{name}" style="display: none">\n{whole}</p>'


def _acts(mid: str, likes: int, comments: int, reposts: int) -> str:
    """A count of 0 is the bare label."""
    forward, comment, like = (
        shown_short(number) if number else label for number, label in ((reposts, "转发"), (comments, "评论"), (likes, "赞"))
    )
    return f"""<div class="card-act"><ul>
<li><a href="{_NOWHERE}" action-data="allowForward=1&mid={mid}" action-type="feed_list_forward">{_icon("retweet")} {forward}</a></li>
<li><a href="{_NOWHERE}" action-type="feed_list_comment">{_icon("comment")} {comment}</a></li>
<li><a title="赞" action-data="mid={mid}" action-type="feed_list_like" href="{_NOWHERE}"><button class="woo-like-main toolbar_btn">
<span class="woo-like-iconWrap"></span><span class="woo-like-count">{like}</span></button></a></li>
</ul></div>"""


_NOWHERE = "javascript:void(0);"


def _icon(name: str) -> str:
    return f'<i class="woo-font woo-font--{name}"></i>'


def _original(post: Post, world: World, now: datetime) -> str:
    """The original within a repost, or the words left of it."""
    if post.root is None:
        return ""
    root = world.posts[post.root]
    if not world.there(root, now):
        words = escape(root.gone.wording if root.gone else "")
        return f'<div class="card-comment"><div class="con"><div class="no-result"><p>{words}</p></div></div></div>'
    author, (likes, comments, reposts) = world.authors[root.uid], world.counts(root, now)
    return f"""<div class="card-comment" node-type="feed_list_forwardContent"><div class="con"><div>
<a href="//weibo.com/{author.uid}?refer_flag=1001030103_" class="name" nick-name="{escape(author.name)}">@{escape(author.name)}</a></div>
{"".join(_texts(root, "", world, now))}
<div class="func"><p class="from">
<a href="//weibo.com/{author.uid}/{root.bid}?refer_flag=1001030103_">{search_time(root.published, now)}</a></p>
{_acts(root.mid, likes, comments, reposts)}</div></div></div>"""


def _hot(request: Request, platforms: Platforms) -> Answer:
    rows = []
    for line in platforms.world.hot_list(request.now):
        rank = "" if line.rank is None and not line.ad else "•" if line.ad else str(line.rank)
        mark = '<i class="icon-top"></i>' if rank == "" else rank
        heat = f"<span> {(line.category + ' ') if line.category else ''}{line.heat}</span>" if line.heat is not None else ""
        flag = f'<i class="icon-txt icon-txt-new">{line.flag}</i>' if line.flag else ""
        href = f"/weibo?q={quote(line.word, safe='')}&t=31&band_rank={line.rank or 0}&Refer=top"
        word = escape(line.word.strip("#"))
        rows.append(
            f'<tr class=""><td class="td-01 ranktop">{mark}</td>'
            f'<td class="td-02"><a href="{escape(href)}" target="_blank">{word}</a>{heat}</td>'
            f'<td class="td-03">{flag}</td></tr>'
        )
    return page(_HOT.format(rows="\n".join(rows)))


_HEAD = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>微博搜索</title>'
    "<script>$CONFIG['product'] = 'search'; $CONFIG['islogin'] = '1';</script></head><body>\n"
)
_PAGE = (
    _HEAD
    + '<div class="m-main"><div class="m-con-l" id="pl_feedlist_index">{head}\n<div>{cards}</div>\n{pages}\n</div></div></body></html>'
)
_NO_RESULT = (
    '<!DOCTYPE html><html><head><title>微博搜索</title></head><body><div id="pl_feedlist_index">'
    '<div class="card card-no-result s-pt20b40"><img src="#"/><p>抱歉，未找到相关结果。</p></div>{cards}</div></body></html>'
)
_HOT = """<!DOCTYPE html><html><head><meta charset="utf-8"/><title>微博搜索</title></head><body>
<div class="data" id="pl_top_realtimehot"><table><thead><tr><th>序号</th><th>关键词</th></tr></thead><tbody>
{rows}
</tbody></table></div></body></html>"""
