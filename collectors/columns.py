"""What the columns of unknown tables tell, by their names and cells."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from collectors.cells import EXACT_DIGITS
from collectors.counts import NOTHING, count
from collectors.post_ids import may_be_id
from collectors.times import CHINA, moment
from collectors.told import identifier
from data.model import COUNTS
from data.tags import tag_key

# Names of columns in tables of Chinese and English tools, the likeliest first; traditional characters, case, spaces, "_", "-", ":"
# and "*" aside.
NAMES = {
    "post_id": """微博id 笔记id 帖子id 作品id 博文id 贴文id 微博mid 动态id 视频id 文章id 内容id 帖子编号 post_id weibo_id note_id
        aweme_id mid tweet_id status_id video_id message_id idstr id bid mblogid""",
    "url": """微博链接 笔记链接 作品链接 帖子链接 博文链接 文章链接 动态链接 笔记url 微博url 帖子url 作品url 微博地址 笔记地址
        帖子地址 原文链接 原文地址 原文url 链接地址 链接 网址 分享链接 post_url note_url weibo_url aweme_url tweet_url status_url
        post_link url link permalink source_url web_url href""",
    "author_id": """用户id 作者id 博主id 发布者id 发布人id 发帖人id 达人id 账号id 用户uid 作者uid 博主uid 微博uid 用户编号 user_id
        author_id account_id from_user_id uid user.id author.id""",
    "author_name": """用户昵称 作者昵称 博主昵称 达人昵称 账号昵称 微博昵称 用户名称 作者名称 博主名称 达人名称 账号名称 博主名 作者名
        账号名 昵称 用户名 发布者 发布人 发帖人 发文人 发帖用户 发布用户 发布账号 博主 作者 达人 用户 账号 帐号 screen_name nickname
        user_name author_name account_name display_name user_screen_name user_nickname author_nickname author nick user.screen_name
        user.nick_name user""",
    "title": "笔记标题 作品标题 帖子标题 文章标题 视频标题 标题 note_title post_title title headline",
    "text": """微博正文 微博内容 微博文本 笔记内容 笔记正文 帖子内容 帖子正文 博文内容 博文正文 贴文内容 发布内容 发帖内容 发文内容
        动态内容 作品内容 文章内容 文章正文 正文内容 正文 博文 原文内容 原文 全文 内容 文案 作品描述 笔记描述 视频描述 描述 文本
        text_raw full_text text post_text tweet_text post_content note_content content content_text body desc description message
        caption snippet""",
    "published_at": """发布时间 发表时间 发帖时间 发文时间 发博时间 发微时间 发送时间 发出时间 微博时间 微博发布时间 微博发表时间
        笔记时间 笔记发布时间 帖子时间 帖子发布时间 作品发布时间 视频发布时间 文章发布时间 原文发布时间 发布日期 发表日期 发帖日期
        发文日期 贴文时间 发博日期 创建时间 创建日期 上传时间 上线时间 完整日期 published_at publish_time publish_date published_time
        published_date published_on published date_published publication_date publication_time pub_time pub_date release_time
        created_at create_time create_date_time created_time create_date created_date date_created post_created created_on created_utc
        posted_at post_time post_date posted_time posted_date posted_on date_posted posted upload_time upload_date tweet_time
        tweet_date unix_timestamp timestamp 时间 日期 发布 time date datetime""",
    "seen_at": """采集时间 抓取时间 爬取时间 获取时间 入库时间 采集日期 抓取日期 爬取日期 seen_at captured_at fetched_at collected_at
        scraped_at crawled_at retrieved_at crawl_time scrape_time fetch_time capture_time collection_time crawl_date scrape_date
        last_modify_ts""",
    "likes": """点赞数 点赞数量 点赞量 点赞次数 点赞人数 获赞数 获赞量 点赞 获赞 按赞数 赞数 赞 attitudes_count liked_count like_count
        likes_count likes like_num digg_count liked_num up_count like""",
    "reposts": """转发数 转发数量 转发量 转发次数 转发人数 转发 转推数 reposts_count repost_count reposts repost_num retweet_count
        retweets forward_count forward_num repost forward""",
    "comments": """评论数 评论数量 评论量 评论次数 评论条数 评论人数 评论 留言数 回复数 回复量 回帖数 跟帖数 comments_count
        comment_count comments comment_num comments_num reply_count reply_num replies_count replies comment""",
    "favourites": """收藏数 收藏数量 收藏量 收藏次数 收藏人数 收藏 collected_count collect_count collects favourites favorites
        favourite_count favorite_count favorites_count collect_num bookmark_count bookmarks save_count saves
        collect favourite favorite""",
    "views": """阅读数 阅读量 阅读次数 阅读人数 浏览数 浏览量 浏览次数 播放数 播放量 播放次数 观看数 观看量 观看次数 阅读 浏览 播放
        观看 read_count view_count play_count views_count views read_num view_num play_num view""",
    "shares": "分享数 分享数量 分享量 分享次数 分享人数 分享 share_count shared_count shares_count shares share_num share",
    "hashtags": """话题 话题标签 话题词 话题名称 话题名 微博话题 笔记话题 参与话题 关联话题 笔记标签 作品标签 标签 hashtags hashtag
        topics topic_list tag_list tags""",
    "mentions": "艾特用户 @用户 提及用户 提及 mentions mentioned_users at_users",
    "region": """ip属地 ip归属地 ip所在地 ip地区 属地 归属地 发布地区 发布地点 发布地 发帖地点 发帖地 发博地 ip_location ip_region
        region_name region ip地址 ip""",
    "source_client": "发布工具 发布设备 发布终端 发布来源 微博来源 工具 设备 客户端 终端 source_client client",
    "root_id": "源微博id 原微博id 转发微博id 被转发微博id retweet_id retweeted_id root_id",
    "parent_id": "parent_id reply_to in_reply_to",
    "lang": "语言 语种 lang language",
    "followers": """粉丝数 粉丝数量 粉丝量 粉丝人数 用户粉丝数 博主粉丝数 作者粉丝数 达人粉丝数 账号粉丝数 粉丝 followers_count
        follower_count followers followers_num fans_count fans_num fans user_followers user.followers_count""",
    "verified": "是否认证 是否加v verified is_verified user.verified",
    "verified_kind": "认证类型 用户认证类型 user_authentication verified_kind",
    "avatar_url": "头像url 头像链接 头像地址 用户头像 头像 avatar_url avatar_hd avatar user.avatar_hd",
    "bio": "简介 个人简介 用户简介 博主简介 个性签名 bio signature user.description",
}
# Where a row is a comment, these come first, and the post's id is what it stands under.
OF_COMMENTS = {
    "post_id": "评论id comment_id cid",
    "root_id": "微博id 笔记id 帖子id 作品id 博文id 视频id post_id weibo_id note_id aweme_id mid",
    "parent_id": "父评论id 上级评论id 回复评论id parent_comment_id parent_id",
    "text": "评论内容 评论正文 评论文本 comment_content comment_text comment",
    "published_at": "评论时间 评论发布时间 评论发表时间 评论日期 comment_time comment_date comment_created_at",
    "author_id": "评论者id 评论人id 评论用户id 评论者uid comment_user_id commenter_id",
    "author_name": """评论者昵称 评论人昵称 评论用户昵称 评论用户名 评论者 评论人 评论用户 网友昵称 网友 comment_user_name
        commenter_name commenter""",
    "likes": "评论点赞数 评论获赞数 评论点赞量 点赞次数 comment_like_count comment_likes",
}
SHORT_IDS = "bid mblogid"  # Weibo's: no spreadsheet rounds them
BARE = "comment"  # a comment's text in one table, how many comments a post has in another
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
ADDRESS = re.compile(r"(?:https?:)?(//[^\s/]+/\S*)", re.IGNORECASE)
OWN_COLUMNS = {
    "weibo": "微博id 微博正文 微博内容 微博链接 weibo_id weibo_url mblogid attitudes_count",
    "xiaohongshu": "笔记id 笔记标题 笔记内容 笔记链接 笔记url 小红书号 xsec_token",
    "douyin": "aweme_id aweme_url 抖音号",
}


def guess_columns(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], platform: str | None) -> tuple[str, dict[str, str]] | None:
    """The kind of rows (post or comment) and the column of each target that one seems to tell; None without any text. Ids are those
    of the platform, where it is known; what else a column of ids holds are numbers of rows."""
    inner = {f"{name}.{part}" for row in rows[:20] for name, cell in row.items() if isinstance(cell, dict) for part in cell}
    by_name: dict[str, str] = {}
    for name in (*columns, *sorted(inner)):
        by_name.setdefault(_plain(name), name)
    kind = _kind(by_name, rows)
    found: dict[str, str] = {}
    for target, names in NAMES.items():
        if kind == "comment":
            names = OF_COMMENTS["post_id"] if target == "post_id" else f"{OF_COMMENTS.get(target, '')} {names}"
        for name in names.split():
            column = by_name.get(_plain(name))
            if column and column not in found.values() and _fits(target, column, rows, platform):
                found[target] = column
                break
    if kind == "post" and "post_id" in found and _are_rounded(_told(found["post_id"], rows)):
        found["post_id"] = _short_ids(by_name, rows) or found["post_id"]
    if kind == "post" and "post_id" not in found and "url" in found and _is_shared(found["url"], found.get("text"), rows):
        del found["url"]
    return (kind, found) if "text" in found or "title" in found else None


def _is_shared(url: str, text: str | None, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether rows of several texts stand at one address, which is then not theirs: that of the post they answer, of an account."""
    told = {(str(address), str(_cell(row, text or ""))) for row in rows if (address := _cell(row, url))}
    return not _most(len({address for address, _ in told}), [*told])


def _kind(by_name: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Whether rows are comments: a column is named as only one of comments is, or a bare `comment` holds the only texts."""
    if any(_plain(name) in by_name for name in f"{OF_COMMENTS['post_id']} {OF_COMMENTS['text']}".split() if name != BARE):
        return "comment"
    texts = (by_name[name] for name in map(_plain, NAMES["text"].split()) if name in by_name)
    bare = BARE in by_name and _fits("text", by_name[BARE], rows, None) and not any(_told(column, rows) for column in texts)
    return "comment" if bare else "post"


def guess_platform(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The platform that the addresses of the posts are of, or where no column tells them, all other addresses; else the one that the
    columns are named after. None where nothing tells it or several platforms are told. Links within texts tell nothing."""
    addresses = {column: found for column in columns if (found := _addresses(column, rows))}
    by_name = {_plain(column): column for column in addresses}
    of_posts = next((by_name[name] for name in map(_plain, NAMES["url"].split()) if name in by_name), None)
    looked_at = [of_posts] if of_posts else addresses
    told = {platform for column in looked_at for platform in _platforms(addresses[column])}
    if not told:
        plain = {_plain(name) for name in columns}
        told = {platform for platform, names in OWN_COLUMNS.items() if plain & {_plain(name) for name in names.split()}}
    return told.pop() if len(told) == 1 else None


def _addresses(column: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The addresses in a column that holds them and little else, without what stands before "//"."""
    cells = _told(column, rows)
    found = [match[1] for cell in cells if isinstance(cell, str) and (match := ADDRESS.fullmatch(cell.strip()))]
    return found if _most(len(found), cells) else []


def _platforms(addresses: Sequence[str]) -> set[str]:
    """The platforms of addresses; none where most are of no platform."""
    of = [platform for address in addresses for platform, host in HOSTS.items() if host.match(address)]
    return set(of) if _most(len(of), addresses) else set()


def _most(good: int, cells: Sequence[Any]) -> bool:
    return good * 5 >= len(cells) * 4


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-:*]", "", tag_key(name))  # spellings of a name meet as those of a hashtag do


def _fits(target: str, name: str, rows: Sequence[Mapping[str, Any]], platform: str | None) -> bool:
    """Whether most cells of a column are what its name says."""
    cells = _told(name, rows)
    if target == "post_id":
        return _most(sum(_is_id(cell, platform) for cell in cells), cells)
    if target == "text" and _plain(name) == BARE and not _are_words(cells):
        return False
    reads = _READS.get(target)
    if reads is None:
        return not any(isinstance(cell, dict) for cell in cells)
    good = sum(_is_read(reads, cell) for cell in cells)
    if target in TIMES:  # rows whose time cannot be read are refused, each with the reason; without the column all would have none
        return good * 2 >= len(cells)
    return _most(good, cells)


def unread_time(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[str, Any] | None:
    """The first of these columns that is named as times of posts are, and a cell of it that cannot be read as one."""
    named = {_plain(name) for name in NAMES["published_at"].split()}
    cells = ((column, cell) for column in columns if _plain(column) in named for cell in _told(column, rows))
    return next((found for found in cells if not _is_read(_READS["published_at"], found[1])), None)


def _told(name: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The cells of a column that tell something."""
    return [cell for row in rows if (cell := _cell(row, name)) is not None and str(cell).strip().lower() not in NOTHING]


def _are_words(cells: Sequence[Any]) -> bool:
    """Whether most cells are no counts."""
    return 2 * sum(_is_read(count, cell) for cell in cells) < len(cells)


def _is_id(cell: Any, platform: str | None) -> bool:
    """Whether a cell tells an id, be it one that a spreadsheet has rounded: its row is to be refused."""
    if isinstance(cell, (bool, dict, list)):
        return False
    try:
        told = identifier(cell.strip().removeprefix("'") if isinstance(cell, str) else cell)
    except ValueError:
        return True
    return told is not None and may_be_id(told, platform)


def _short_ids(by_name: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The column of Weibo's short ids, where there is one."""
    columns = (by_name[name] for name in SHORT_IDS.split() if name in by_name)
    return next((column for column in columns if _told(column, rows) and _fits("post_id", column, rows, "weibo")), None)


def _are_rounded(ids: Sequence[Any]) -> bool:
    """Whether a spreadsheet has rounded ids: one is shown as such, or all end in 0, of more than it keeps the digits of."""
    if not all(_is_read(identifier, id) for id in ids):
        return True
    return all(len(shown) > EXACT_DIGITS and shown.endswith("0") for shown in (str(id).strip() for id in ids))


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


TIMES = ("published_at", "seen_at")
SOME_TIME = datetime(2030, 1, 1)  # whether a time can be read hangs on no particular one
_READS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys((*COUNTS, "followers"), count),
    **dict.fromkeys(TIMES, lambda cell: moment(cell, zone=CHINA, seen_at=SOME_TIME)),
    "region": _region,
}
