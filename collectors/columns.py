"""What the columns of unknown tables tell, by their names and cells."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from collectors.counts import NOTHING, count
from collectors.times import CHINA, moment
from data.model import COUNTS

# Names of columns in tables of Chinese and English tools, the likeliest first; case, spaces, "_" and "-" aside.
NAMES = {
    "post_id": "微博id 笔记id 帖子id 作品id post_id weibo_id note_id aweme_id mid idstr id _id tweet_id status_id",
    "url": "微博链接 笔记链接 作品链接 帖子链接 笔记url 原文链接 链接 网址 post_url note_url weibo_url aweme_url url link permalink",
    "author_id": "用户id 作者id 博主id user_id author_id uid user.id user._id author.id",
    "author_name": """用户昵称 作者昵称 博主昵称 昵称 用户名 博主 作者 screen_name nickname nick_name user_name author_name author nick
        user.screen_name user.nick_name user.nickname user""",
    "title": "笔记标题 作品标题 标题 title",
    "text": """微博正文 微博内容 笔记内容 帖子内容 发布内容 正文 内容 作品描述 描述 文本 text_raw full_text text content
        content_text body desc description message""",
    "published_at": """发布时间 发表时间 发布日期 创建时间 上传时间 完整日期 published_at publish_time publish_date pub_time
        created_at create_time create_date_time created_time post_time upload_time unix_timestamp timestamp 时间 日期 time date datetime""",
    "seen_at": "采集时间 抓取时间 爬取时间 seen_at captured_at fetched_at collected_at scraped_at crawl_time last_modify_ts",
    "likes": "点赞数 点赞数量 点赞量 点赞 赞数 赞 attitudes_count liked_count like_count likes_count likes like_num digg_count",
    "reposts": "转发数 转发数量 转发量 转发 reposts_count repost_count reposts retweet_count retweets forward_count",
    "comments": "评论数 评论数量 评论量 评论 comments_count comment_count comments reply_count replies",
    "favourites": "收藏数 收藏数量 收藏量 收藏 collected_count collect_count favourites favorites favourite_count favorite_count",
    "views": "阅读数 阅读量 浏览数 浏览量 播放数 播放量 观看数 read_count view_count play_count views",
    "shares": "分享数 分享数量 分享量 分享 share_count shared_count shares",
    "hashtags": "话题 话题标签 笔记标签 作品标签 标签 hashtags topics tag_list tags",
    "mentions": "艾特用户 @用户 提及用户 mentions at_users",
    "region": "ip属地 ip归属地 属地 发布地区 ip_location region_name region ip",
    "source_client": "发布工具 发布设备 工具 设备 source_client client",
    "root_id": "源微博id retweet_id root_id",
    "parent_id": "parent_id reply_to",
    "lang": "语言 lang language",
    "followers": "粉丝数 粉丝量 followers_count followers user.followers_count",
    "verified": "是否认证 verified user.verified",
    "verified_kind": "认证类型 user_authentication verified_kind",
    "avatar_url": "头像url 头像链接 avatar_url avatar_hd user.avatar_hd",
    "bio": "简介 个人简介 bio user.description",
}
# Where a row is a comment, these come first, and the post's id is what it stands under.
OF_COMMENTS = {
    "post_id": "评论id comment_id cid",
    "root_id": "微博id 笔记id 帖子id post_id weibo_id note_id aweme_id mid",
    "parent_id": "父评论id parent_comment_id parent_id",
    "text": "评论内容 评论正文 comment_content comment_text comment",
    "published_at": "评论时间 comment_time",
    "author_id": "评论者id 评论人id 评论用户id",
    "author_name": "评论者昵称 评论人昵称 评论用户昵称 评论者 评论用户",
    "likes": "评论点赞数 点赞次数 comment_like_count",
}
UNGUESSED = ("kind", "author_posts")
TARGETS = frozenset((*NAMES, *UNGUESSED))

HOSTS = {
    "weibo": re.compile(r"//([\w-]+\.)*weibo\.(com|cn)/"),
    "xiaohongshu": re.compile(r"//([\w-]+\.)*(xiaohongshu|xhslink)\.com/"),
    "douyin": re.compile(r"//([\w-]+\.)*(douyin|iesdouyin)\.com/"),
    "bilibili": re.compile(r"//([\w-]+\.)*(bilibili\.com|b23\.tv)/"),
    "zhihu": re.compile(r"//([\w-]+\.)*zhihu\.com/"),
    "tieba": re.compile(r"//tieba\.baidu\.com/"),
    "kuaishou": re.compile(r"//([\w-]+\.)*kuaishou\.com/"),
}
OWN_COLUMNS = {
    "weibo": "微博id 微博正文 微博内容 微博链接 weibo_id weibo_url mblogid attitudes_count",
    "xiaohongshu": "笔记id 笔记标题 笔记内容 笔记链接 笔记url 小红书号 xsec_token",
    "douyin": "aweme_id aweme_url 抖音号",
}


def guess_columns(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[str, dict[str, str]] | None:
    """The kind of rows (post or comment) and the column of each target that one seems to tell; None without any text."""
    inner = {f"{name}.{part}" for row in rows[:20] for name, cell in row.items() if isinstance(cell, dict) for part in cell}
    by_name: dict[str, str] = {}
    for name in (*columns, *sorted(inner)):
        by_name.setdefault(_plain(name), name)
    of_comments = {_plain(name) for name in f"{OF_COMMENTS['post_id']} {OF_COMMENTS['text']}".split()}
    kind = "comment" if of_comments & set(by_name) else "post"
    found: dict[str, str] = {}
    for target, names in NAMES.items():
        if kind == "comment":
            names = OF_COMMENTS["post_id"] if target == "post_id" else f"{OF_COMMENTS.get(target, '')} {names}"
        for name in names.split():
            column = by_name.get(_plain(name))
            if column and column not in found.values() and _fits(target, column, rows):
                found[target] = column
                break
    return (kind, found) if "text" in found or "title" in found else None


def guess_platform(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The platform that the addresses in the rows are of, or that the columns are named after; None where both are silent or
    several platforms are told."""
    cells = [cell for row in rows for cell in row.values() if isinstance(cell, str) and "//" in cell[:200] and len(cell) < 500]
    told = {platform for platform, host in HOSTS.items() if any(host.search(cell) for cell in cells)}
    if not told:
        plain = {_plain(name) for name in columns}
        told = {platform for platform, names in OWN_COLUMNS.items() if plain & {_plain(name) for name in names.split()}}
    return told.pop() if len(told) == 1 else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]", "", unicodedata.normalize("NFKC", name).lower())


def _fits(target: str, name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether most cells of a column are what its name says."""
    cells = [cell for row in rows if (cell := _cell(row, name)) is not None and str(cell).strip().lower() not in NOTHING]
    reads = _READS.get(target)
    if reads is None:
        return not any(isinstance(cell, dict) for cell in cells)
    good = sum(_is_read(reads, cell) for cell in cells)
    return good * 5 >= len(cells) * 4


def _is_read(reads: Callable[[Any], Any], cell: Any) -> bool:
    try:
        reads(cell)
    except ValueError:
        return False
    return True


def _cell(row: Mapping[str, Any], name: str) -> Any:
    if name in row or "." not in name:
        return row.get(name)
    inner = row.get(name.split(".", 1)[0])
    return inner.get(name.split(".", 1)[1]) if isinstance(inner, dict) else None


def _region(cell: Any) -> None:
    if not isinstance(cell, str) or re.fullmatch(r"[\d.:a-f]+", cell):
        raise ValueError(f"{cell!r} is an address of a machine")


SOME_TIME = datetime(2030, 1, 1)  # whether a time can be read hangs on no particular one
_READS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*COUNTS, "followers"), count),
    **dict.fromkeys(("published_at", "seen_at"), lambda cell: moment(cell, zone=CHINA, seen_at=SOME_TIME)),
    "region": _region,
}
