"""A file that tells only accounts is known when it is imported again."""

import json

from tests.command import groundswell


def test_accounts_are_added_once(tmp_path):
    home, file = tmp_path / "home", tmp_path / "user.jsonl"
    account = {"crawl_time": 1700000000, "_id": "7000000001", "nick_name": "纸船", "gender": "f", "verified": False, "friends_count": 3,
               "followers_count": 20, "statuses_count": 5, "created_at": "2020-01-01 10:00:00"}  # fmt: skip
    file.write_text(json.dumps(account, ensure_ascii=False) + "\n", encoding="utf-8")
    groundswell(home, "campaign", "new", "c")
    first, again = (groundswell(home, "import", file, "--campaign", "c", "--format", "weibo-spider").json for _ in range(2))
    assert (first["read"], first["added"]) == (1, 1)
    assert (again["read"], again["added"], again["duplicate"]) == (1, 0, 1)
