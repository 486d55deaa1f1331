"""A post as JSON: once as m.weibo.cn writes it, once as weibo.com/ajax does."""

from datetime import datetime
from typing import Any

from tests.platforms_server import texts
from tests.platforms_server.clock import weibo_time
from tests.platforms_server.world import Author, Comment, Post, World

_DISPLAY = {"apply_scenario_flag": 3, "display_text_min_number": 1_000_000, "display_text": "100万+"}


def short_user(user: Author) -> dict[str, Any]:
    return {
        "id": int(user.uid),
        "idstr": user.uid,
        "screen_name": user.name,
        "verified": user.verified_type >= 0,
        "verified_type": user.verified_type,
    }


def mobile_user(user: Author) -> dict[str, Any]:
    """Followers are a number, or a text from a million on."""
    return {
        "id": int(user.uid),
        "screen_name": user.name,
        "profile_image_url": user.avatar,
        "profile_url": f"https://m.weibo.cn/u/{user.uid}?uid={user.uid}&luicode=10000011",
        "statuses_count": user.posts,
        "verified": user.verified_type >= 0,
        "verified_type": user.verified_type,
        "verified_type_ext": 50,
        "verified_reason": user.verified_reason,
        "close_blue_v": False,
        "description": user.description,
        "gender": user.gender,
        "mbtype": 12,
        "urank": 4,
        "mbrank": 6,
        "follow_me": False,
        "following": False,
        "follow_count": user.follows,
        "followers_count": user.followers if user.followers < 1_000_000 else texts.shown_short(user.followers),
        "followers_count_str": texts.shown_short(user.followers),
        "cover_image_phone": "https://wx4.sinaimg.cn/crop.0.0.640.640.640/cover.jpg",
        "avatar_hd": user.avatar,
        "like": False,
        "like_me": False,
        "badge": {"user_name_certificate": 1},
    }


def desktop_user(user: Author) -> dict[str, Any]:
    return {
        **short_user(user),
        "pc_new": 0,
        "profile_image_url": user.avatar,
        "profile_url": f"/u/{user.uid}",
        "domain": "",
        "weihao": "",
        "avatar_large": user.avatar,
        "avatar_hd": user.avatar,
        "follow_me": False,
        "following": False,
        "mbrank": 4,
        "mbtype": 12,
    }


def mobile(post: Post, world: World, now: datetime, *, inside: bool = False, pictures_as_dict: bool = False) -> dict[str, Any]:
    """An `mblog`; ids are texts, long texts are cut, large counts are `100万+`. `inside`: the original within a repost."""
    if not world.there(post, now):
        return _gone_mobile(post)
    text, (likes, comments, reposts) = world.text(post, now), world.counts(post, now)
    edits = world.edits(post, now)
    long, capped = texts.is_long(text), int(post.mid) % 2 == 0
    shown = texts.mobile(texts.cut(text)) + f' ...<a href="/status/{post.mid}">全文</a>' if long else texts.mobile(text)
    row: dict[str, Any] = {
        "visible": {"type": post.visible, "list_id": 0},
        "created_at": weibo_time(post.published),
        "id": post.mid,
        "mid": post.mid,
        "can_edit": False,
        "show_additional_indication": 0,
        "text": shown,
        "source": post.source,
        "favorited": False,
        "pic_ids": list(post.pictures),
        "pic_types": "",
        "is_paid": False,
        "mblog_vip_type": 0,
        "user": mobile_user(world.authors[post.uid]),
        "reposts_count": texts.shown_weibo(reposts, capped=capped),
        "comments_count": texts.shown_weibo(comments, capped=capped),
        "attitudes_count": texts.shown_weibo(likes, capped=capped),
        "pending_approval_count": 0,
        "isLongText": long,
        "reward_exhibition_type": 0,
        "hide_flag": 0,
        "mlevel": 0,
        "darwin_tags": [],
        "mblogtype": 2 if post.banner and not inside else 0,
        "rid": "2_0_50_4807156903569941242_0_0_0",
        "more_info_type": 0,
        "extern_safe": 0,
        "number_display_strategy": _DISPLAY,
        "enable_comment_guide": True,
        "content_auth": 0,
        "pic_num": len(post.pictures),
        "alchemy_params": {"ug_red_envelope": False},
        "mblog_menu_new_style": 0,
        "edit_config": {"edited": bool(edits)},
        "version": 1 + len(edits),
        "bid": post.bid,
    }
    if long:
        row["textLength"] = len(text.encode("gbk", "replace"))
    if post.region:
        row["region_name"] = f"发布于 {post.region}"
    if edits:
        row |= {"edit_count": len(edits), "edit_at": weibo_time(edits[-1].at)}
        row["edit_config"]["menu_edit_history"] = {
            "scheme": f"sinaweibo://cardlist?containerid=231440_-_{post.mid}",
            "title": "查看编辑记录",
        }
    if post.banner and not inside:
        row |= {"isTop": 1, "title": {"text": "置顶", "base_color": 1}}
    if post.pictures:
        sizes = {"thumbnail_pic": "thumbnail", "bmiddle_pic": "bmiddle", "original_pic": "large"}
        row |= {name: f"https://wx2.sinaimg.cn/{size}/{post.pictures[0]}.jpg" for name, size in sizes.items()}
        row["picStatus"] = ",".join(f"{index}:1" for index in range(len(post.pictures)))
        pictures = [_mobile_picture(pid) for pid in post.pictures]
        row["pics"] = {str(index): one for index, one in enumerate(pictures)} if pictures_as_dict else pictures
    if post.video:
        row["page_info"] = _video(post, world)
    elif post.hashtags:
        row["page_info"] = {
            "type": "search_topic",
            "object_type": 0,
            "page_pic": {"url": "https://wx4.sinaimg.cn/large/topic.jpg"},
            "page_url": "https://m.weibo.cn/search?containerid=231522type%3D1",
            "page_title": f"#{post.hashtags[0]}#",
            "content1": "0讨论 0阅读 ",
        }
    if post.root:
        row |= {"raw_text": text, "repost_type": 1}
        row["retweeted_status"] = mobile(world.posts[post.root], world, now, inside=True)
        if post.quick:
            row["ori_mid"] = post.root
    return row


def _gone_mobile(post: Post) -> dict[str, Any]:
    """What is left of an original that is no more."""
    return {
        "visible": {"type": 0, "list_id": 0},
        "created_at": weibo_time(post.published),
        "id": post.mid,
        "mid": post.mid,
        "text": _with_help(post.gone.wording if post.gone else ""),
        "source": "",
        "user": None,
        "deleted": "1" if int(post.mid) % 2 else True,
        "bid": post.bid,
        "reposts_count": 0,
        "comments_count": 0,
        "attitudes_count": 0,
        "isLongText": False,
    }


def _with_help(wording: str) -> str:
    return wording.replace(
        "网页链接", '<a href="https://kefu.weibo.com/faqdetail?id=13216" data-hide=""><span class="surl-text">网页链接</span></a>'
    )


def _video(post: Post, world: World) -> dict[str, Any]:
    address = f"https://f.video.weibocdn.com/{post.mid}.mp4"
    title = f"{world.authors[post.uid].name}的微博视频"
    return {
        "type": "video",
        "object_type": 11,
        "url_ori": "http://t.cn/A6x",
        "page_pic": {
            "width": 1920,
            "pid": post.mid,
            "source": 1,
            "is_self_cover": 1,
            "type": 1,
            "url": "https://wx4.sinaimg.cn/x.jpg",
            "height": 1066,
        },
        "page_url": f"https://video.weibo.com/show?fid=1034%3A{post.mid}",
        "object_id": f"1034:{post.mid}",
        "page_title": title,
        "title": title,
        "content1": title,
        "content2": "",
        "video_orientation": "horizontal",
        "play_count": "87万次播放",
        "media_info": {"stream_url": address, "stream_url_hd": address, "duration": 103.165},
        "urls": {"mp4_720p_mp4": address, "mp4_hd_mp4": address, "mp4_ld_mp4": address},
    }


def _mobile_picture(pid: str) -> dict[str, Any]:
    return {
        "pid": pid,
        "url": f"https://wx2.sinaimg.cn/orj360/{pid}.jpg",
        "size": "orj360",
        "geo": {"width": 480, "height": 270, "croped": False},
        "large": {
            "size": "large",
            "url": f"https://wx2.sinaimg.cn/large/{pid}.jpg",
            "geo": {"width": "1920", "height": "1080", "croped": False},
        },
    }


def desktop(post: Post, world: World, now: datetime, *, whole: bool = False) -> dict[str, Any]:
    """A status of weibo.com/ajax: ids are numbers beside `idstr`, counts are exact. `whole`: with the long text in it."""
    if not world.there(post, now):
        return {
            **_gone_mobile(post),
            "id": int(post.mid),
            "idstr": post.mid,
            "mblogid": post.bid,
            "text_raw": post.gone.wording if post.gone else "",
        }
    text, (likes, comments, reposts) = world.text(post, now), world.counts(post, now)
    edits = world.edits(post, now)
    long = texts.is_long(text)
    shown = texts.cut(text) if long else text
    row: dict[str, Any] = {
        "visible": {"type": post.visible, "list_id": 0},
        "created_at": weibo_time(post.published),
        "id": int(post.mid),
        "idstr": post.mid,
        "mid": post.mid,
        "mblogid": post.bid,
        "user": desktop_user(world.authors[post.uid]),
        "can_edit": False,
        "text_raw": f"{shown} \u200b\u200b\u200b" if long else shown,
        "text": f'{texts.desktop(shown)} \u200b\u200b\u200b ...<span class="expand">展开</span>' if long else texts.desktop(shown),
        "source": f'<a href="https://app.weibo.com/t/feed/x" rel="nofollow">{post.source}</a>'
        if post.source.startswith("微博")
        else post.source,
        "favorited": False,
        "pic_ids": list(post.pictures),
        "geo": "",
        "pic_num": len(post.pictures),
        "is_paid": False,
        "mblog_vip_type": 0,
        "number_display_strategy": _DISPLAY,
        "reposts_count": reposts,
        "comments_count": comments,
        "attitudes_count": likes,
        "attitudes_status": 0,
        "isLongText": long,
        "mlevel": 0,
        "content_auth": 0,
        "is_show_bulletin": 2,
        "comment_manage_info": {"comment_permission_type": -1, "approval_comment_type": 0},
        "mblogtype": 2 if post.banner else 0,
        "showFeedRepost": False,
        "showFeedComment": False,
        "rcList": [],
    }
    if long:
        row["textLength"] = len(text.encode("gbk", "replace"))
        row["continue_tag"] = {"title": "全文", "scheme": f"sinaweibo://detail?mblogid={post.mid}&id={post.mid}"}
        if whole:
            row["longText"] = {"longTextContent": texts.desktop(text), "longTextContent_raw": text}
    if post.region:
        row["region_name"] = f"发布于 {post.region}"
    if edits:
        row |= {"edit_count": len(edits), "edit_at": weibo_time(edits[-1].at)}
    if post.pictures:
        row["pic_infos"] = {pid: _desktop_picture(pid) for pid in post.pictures}
    if post.hashtags:
        row["topic_struct"] = [
            {"title": "", "topic_url": f"sinaweibo://searchall?q=%23{tag}%23", "topic_title": tag, "actionlog": {}} for tag in post.hashtags
        ]
    if post.root:
        row |= {"repost_type": 1, "share_repost_type": 0, "retweeted_status": desktop(world.posts[post.root], world, now)}
        if post.quick:
            row["ori_mid"] = post.root
    return row


def _desktop_picture(pid: str) -> dict[str, Any]:
    sizes = {"thumbnail": "wap180", "bmiddle": "wap360", "large": "orj960", "original": "orj1080", "largest": "large", "mw2000": "mw2000"}
    return {
        **{
            name: {
                "url": f"https://wx4.sinaimg.cn/{size}/{pid}.jpg",
                "width": 138 if size.startswith("wap") else "1080",
                "height": 180 if size.startswith("wap") else "1440",
                "cut_type": 1,
                "type": "",
            }
            for name, size in sizes.items()
        },
        "object_id": f"1042018:{pid}",
        "pic_id": pid,
        "photo_tag": 0,
        "type": "pic",
        "pic_status": 1,
    }


def mobile_comment(row: Comment, world: World, answers: list[Comment]) -> dict[str, Any]:
    """`comments` holds the answers, or is false when there are none."""
    return {
        "created_at": weibo_time(row.published),
        "id": row.cid,
        "rootid": row.root or row.cid,
        "rootidstr": row.root or row.cid,
        "floor_number": 0,
        "text": texts.mobile(row.text),
        "source": f"来自{row.region}",
        "like_count": row.likes,
        "total_number": len(answers),
        "user": mobile_user(world.authors[row.uid]),
        "bid": "",
        "comments": [mobile_comment(one, world, []) for one in answers] or False,
        "max_id": 0,
    }


def desktop_comment(row: Comment, world: World, answers: list[Comment]) -> dict[str, Any]:
    """The first two answers are inside; `total_number` says how many there are."""
    return {
        "created_at": weibo_time(row.published),
        "id": int(row.cid),
        "idstr": row.cid,
        "mid": row.cid,
        "rootid": int(row.root or row.cid),
        "rootidstr": row.root or row.cid,
        "floor_number": 0,
        "text": texts.desktop(row.text),
        "text_raw": row.text,
        "source": f"来自{row.region}",
        "like_counts": row.likes,
        "total_number": len(answers),
        "user": desktop_user(world.authors[row.uid]),
        "comments": [desktop_comment(one, world, []) for one in answers[:2]],
        "max_id": 0,
    }
