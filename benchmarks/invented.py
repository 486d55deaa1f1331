"""Invented posts in the shape of a weibo-search export, every text different, for measuring."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

COLUMNS = [
    "id",
    "bid",
    "user_id",
    "用户昵称",
    "微博正文",
    "头条文章url",
    "发布位置",
    "艾特用户",
    "话题",
    "转发数",
    "评论数",
    "点赞数",
    "发布时间",
    "发布工具",
    "微博图片url",
    "微博视频url",
    "retweet_id",
    "ip",
    "user_authentication",
    "会员类型",
    "会员等级",
]
WORDS = "今天画一张图我们都在看平台说规则改了作品没有人同意停更支持不想再上传好难过生气大家一起等回复"
TAGS = ("停更一周", "画画的日常", "平台新规", "今日份图", "求回应")


def write(path: Path, posts: int, seed: int, first: int = 0) -> None:
    """Writes `posts` rows of 21 columns; ids count on from `first`. About 90 characters of text a post."""
    chance = random.Random(seed)
    start = datetime(2026, 3, 1)
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(first, first + posts):
            tag = chance.choice(TAGS)
            text = f"#{tag}#{number}" + "".join(chance.choices(WORDS, k=45))
            author = chance.randrange(posts // 3 + 1)
            at = start + timedelta(minutes=chance.randrange(90 * 24 * 60))
            rows.writerow(
                [4600000000000000 + number, f"N{number:08d}", 1000000000 + author, f"画画的人{author}", text, "", "", "", tag,
                 chance.randrange(50), chance.randrange(20), chance.randrange(500), f"{at:%Y-%m-%d %H:%M}", "iPhone客户端", "", "",
                 "", "上海", "普通用户", "非会员", 0]
            )  # fmt: skip
