"""Files that an import must survive, made when a test asks for them. All people, texts and numbers are invented."""

import csv
import gzip
import io
import json
import random
import struct
import zipfile
import zlib
from pathlib import Path

COLUMNS = """id bid user_id 用户昵称 微博正文 头条文章url 发布位置 艾特用户 话题 转发数 评论数 点赞数 发布时间 发布工具
微博图片url 微博视频url retweet_id ip user_authentication 会员类型 会员等级"""
HEADER = COLUMNS.split()
MAP = """platform = "weibo"
kind = "post"
zone = "Asia/Shanghai"

[columns]
post_id = "number"
text = "said"
published_at = "when"
"""


def post(number, **cells):
    """One row of a weibo-search file; `cells` are told by column name."""
    row = dict.fromkeys(HEADER, "")
    row |= {
        "id": str(5_200_000_000_000_000 + number),
        "bid": f"Qa{number:05d}x",
        "user_id": str(1_770_000_000 + number),
        "用户昵称": f"画手{number}号",
        "微博正文": f"第{number}天，还是不要机器画的画 #自己画#",
        "话题": "自己画",
        "转发数": "1",
        "评论数": "0",
        "点赞数": str(number),
        "发布时间": "2026-02-03 12:30",
        "发布工具": "微博网页版",
        "user_authentication": "普通用户",
        "会员类型": "非会员",
        "会员等级": "0",
    }
    return row | cells


def text_of(rows, header=HEADER, delimiter=","):
    """The rows as the text of a CSV file."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows([row[name] for name in header] for row in rows)
    return lines.getvalue()


def table(path, rows):
    """A sound weibo-search file."""
    path.write_bytes(b"\xef\xbb\xbf" + text_of(rows).encode())
    return path


def good(folder, name="good.csv"):
    """Three sound posts, numbers 1 to 3."""
    return table(folder / name, [post(n) for n in (1, 2, 3)])


# Nothing of these can be read ------------------------------------------------------------------------------------


def empty(folder):
    path = folder / "empty.csv"
    path.touch()
    return path


def empty_folder(folder):
    path = folder / "empty_folder"
    path.mkdir()
    return path


def blank_lines(folder):
    path = folder / "blank_lines.csv"
    path.write_bytes(b"\r\n\r\n\r\n")
    return path


def header_without_names(folder):
    path = folder / "header_without_names.csv"
    path.write_bytes(b"\xef\xbb\xbf,,,\r\n1,2,3,4\r\n")
    return path


def only_nul(folder):
    path = folder / "only_nul.csv"
    path.write_bytes(bytes(4096))
    return path


def picture(folder):
    """A PNG of one pixel, named as a table."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    path = folder / "picture.csv"
    pixel = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\xff"))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + pixel + chunk(b"IEND", b""))
    return path


ESSAY = "潮水、纸与笔\n\n画画的人，先是用眼睛画，然后才用手，最后用心。\n\nI once knew a painter, a patient one, who kept no files.\n"


def essay(folder):
    path = folder / "essay.txt"
    path.write_text(ESSAY * 20, encoding="utf-8")
    return path


def essay_named_csv(folder):
    path = folder / "essay_named.csv"
    path.write_text(ESSAY * 20, encoding="utf-8")
    return path


def essay_named_json(folder):
    path = folder / "essay_named.json"
    path.write_text(ESSAY, encoding="utf-8")
    return path


def cut_json(folder):
    """A list of titles that ends in the middle of one."""
    path = folder / "2026-02-03.json"
    whole = json.dumps([{"url": f"/weibo?q=%23{n}%23&band_rank={n}&Refer=top", "title": f"标题{n}"} for n in range(9)])
    path.write_text(whole[: len(whole) - 20], encoding="utf-8")
    return path


def deep_json(folder):
    path = folder / "deep.json"
    path.write_text("[" * 200_000 + "]" * 200_000)
    return path


def cut_zip(folder):
    path = folder / "cut.zip"
    zipped(good(folder, "inner.csv"), path)
    path.write_bytes(path.read_bytes()[:300])
    (folder / "inner.csv").unlink()
    return path


# One row of these three is bad ------------------------------------------------------------------------------------


def cut_in_quotes(folder):
    """The last of three rows ends inside a quoted cell."""
    path = folder / "cut_in_quotes.csv"
    rows = [post(11), post(12), post(13, 微博正文='她说，"画是人画的"，我信，一直信')]
    whole = text_of(rows)
    path.write_text(whole[: whole.index("我信")], encoding="utf-8", newline="")
    return path


def cut_in_character(folder):
    """The last of three rows ends after two of the three bytes of a character."""
    path = folder / "cut_in_character.csv"
    whole = text_of([post(11), post(12), post(13)]).encode()
    path.write_bytes(whole[: whole.rindex("机器".encode()) + 2])
    return path


def invalid_utf8(folder):
    path = folder / "invalid_utf8.csv"
    rows = text_of([post(11), post(12, 微博正文="坏的在这里HERE完"), post(13)]).encode()
    path.write_bytes(rows.replace(b"HERE", b"\xff\xfe\x80"))
    return path


def too_many_cells(folder):
    """A text with a comma that nobody quoted: every later cell stands one column too far."""
    path = folder / "too_many_cells.csv"
    rows = text_of([post(11), post(12, 微博正文="逗号CUT没有引号"), post(13)])
    path.write_text(rows.replace("CUT", ","), encoding="utf-8", newline="")
    return path


def too_few_cells(folder):
    path = folder / "too_few_cells.csv"
    lines = text_of([post(11), post(12), post(13)]).split("\r\n")
    lines[2] = ",".join(lines[2].split(",")[:7])
    path.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    return path


# All of these can be read -----------------------------------------------------------------------------------------


def header_only(folder):
    return table(folder / "header_only.csv", [])


BROKEN_LINES = '第一行\n第二行\r\n\r\n带"引号"的，第三行'


def quoted_newlines(folder):
    return table(folder / "quoted_newlines.csv", [post(11), post(12, 微博正文=BROKEN_LINES), post(13)])


FORMULAS = {11: "=1+1", 12: "+86是区号", 13: "-1分", 14: "@画手1号 你看", 15: "'=已经有撇号", 16: "\t=缩进"}


def formulas(folder):
    return table(folder / "formulas.csv", [post(n, 微博正文=text) for n, text in FORMULAS.items()])


LONG = "画" * 100_000  # 300 kB of UTF-8


def long_cell(folder):
    return table(folder / "long_cell.csv", [post(11), post(12, 微博正文=LONG), post(13)])


IDS = ("0001234567890123", "1234567890123456789", "9007199254740993")


def ids(folder):
    """Ids that a number would change: leading zeros, 19 digits, one more than a float can hold."""
    return table(folder / "ids.csv", [post(n, id=i, user_id="000" + i) for n, i in zip((11, 12, 13), IDS, strict=True)])


def without_id(folder):
    return table(folder / "without_id.csv", [post(11), post(12, id="", bid=""), post(13)])


def absurd_cells(folder):
    """Counts beyond 64 bits and below zero, a date that no calendar has, a count that is a word."""
    cells = [{"点赞数": "9" * 30}, {"点赞数": "-3"}, {"发布时间": "2026-02-31 25:61"}, {"评论数": "许多"}]
    return table(folder / "absurd_cells.csv", [post(n, **told) for n, told in enumerate(cells, 11)])


def nul_in_cell(folder):
    return table(folder / "nul_in_cell.csv", [post(11), post(12, 微博正文="前\0后"), post(13)])


AWKWARD_NAMES = ("[ab]*?.csv", "'; drop table posts; --.csv", "空 格 %s {0}.csv", "--map.csv")


def awkward_name(folder, name):
    return table(folder / name, [post(11), post(12), post(13)])


# Read right or refused, never read wrong --------------------------------------------------------------------------


def gb18030(folder):
    path = folder / "gb18030.csv"
    path.write_bytes(text_of([post(11), post(12), post(13)]).encode("gb18030"))
    return path


def utf_16(folder):
    path = folder / "utf_16.csv"
    path.write_bytes(text_of([post(11), post(12), post(13)]).encode("utf-16"))
    return path


def semicolons(folder):
    path = folder / "semicolons.csv"
    path.write_text(text_of([post(11), post(12), post(13)], delimiter=";"), encoding="utf-8-sig", newline="")
    return path


def old_mac_lines(folder):
    path = folder / "old_mac_lines.csv"
    path.write_text(text_of([post(11), post(12), post(13)]).replace("\r\n", "\r"), encoding="utf-8-sig", newline="")
    return path


def header_twice(folder):
    """Two columns of one name that disagree."""
    path = folder / "header_twice.csv"
    lines = text_of([post(11), post(12), post(13)]).split("\r\n")
    lines = [lines[0] + ",微博正文", *(line + ",别的话" for line in lines[1:] if line)]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig", newline="")
    return path


# JSON lines by a column mapping -----------------------------------------------------------------------------------


def mapping(folder):
    path = folder / "columns.toml"
    path.write_text(MAP, encoding="utf-8")
    return path


def lines(path, records):
    path.write_text("".join(json.dumps(r, ensure_ascii=True) + "\n" for r in records), encoding="ascii")
    return path


def said(number, text):
    return {"number": str(number), "said": text, "when": "2026-02-03 12:30"}


def unknown_table(folder):
    """A sound table of no tool: headers in the words of whoever made it."""
    path = folder / "unknown_table.csv"
    path.write_text(
        "帖子id,内容,发布时间,赞\n4930000000000081,自己画的,2026-02-03 12:30,4\n4930000000000082,也是自己画的,2026-02-04 12:30,\n",
        encoding="utf-8",
    )
    return path


def lone_surrogates(folder):
    """Half a sign, as a text cut by UTF-16 units leaves it."""
    return lines(folder / "surrogates.jsonl", [said(11, "好"), said(12, "\ud83d 半个"), said(13, "\ude00"), said(14, "好")])


def broken_lines(folder):
    """Four lines: sound, cut, a list in the place of an object, sound."""
    path = folder / "broken_lines.jsonl"
    good_line = json.dumps(said(11, "好"))
    path.write_text("\n".join([good_line, good_line[:20], "[1, 2]", json.dumps(said(14, "好"))]) + "\n")
    return path


# Folders and copies -----------------------------------------------------------------------------------------------


def mixed_folder(folder):
    """A sound file two folders down, a picture, an essay, a hidden file and a link back to the folder itself."""
    top = folder / "mixed"
    (top / "a/b").mkdir(parents=True)
    good(top / "a/b")
    picture(top)
    essay(top / "a")
    (top / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (top / "a/again").symlink_to(top, target_is_directory=True)
    return top


def zipped(path, to, name=None):
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, name or path.name)
    return to


def copied(path, name):
    to = path.with_name(name)
    to.write_bytes(path.read_bytes())
    return to


def gzipped(path):
    to = path.with_name(path.name + ".gz")
    to.write_bytes(gzip.compress(path.read_bytes()))
    return to


# Large ------------------------------------------------------------------------------------------------------------


def large(path: Path, size: int) -> int:
    """A sound file of at least `size` bytes with distinct texts of about 2 kB; returns its number of posts."""
    draw = random.Random(7)
    base = "".join(chr(draw.randrange(0x4E00, 0x9F00)) for _ in range(2_000_000))
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        count = written = 0
        while written < size:
            rows = []
            for number in range(count, count + 1000):
                start = draw.randrange(1_999_000)
                rows.append(list(post(number, 微博正文=f"{number}，{base[start : start + 640]}").values()))
            writer.writerows(rows)
            count += 1000
            written = file.tell()
    return count
