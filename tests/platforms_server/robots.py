"""robots.txt of each host as reported. Where no text was found, there is none here either: 404."""

from tests.platforms_server.answers import Answer, nothing_here, plain
from tests.platforms_server.platforms import Platforms

XIAOHONGSHU = """User-agent: Googlebot
Disallow: /
Allow: /explore/
Allow: /worldcup26

User-agent: Baiduspider
Disallow: /
Allow: /worldcup26

User-agent: *
Disallow: /
"""
WEIBO = """User-agent: ChatGPT-User
Allow: /2/detail/
Allow: /ttarticle/p/show
Disallow: /
Crawl-delay: 1

User-agent: *
Disallow: /

Sitemap: https://weibo.com/sitemap.xml
"""
REPORTED = {"www.xiaohongshu.com": XIAOHONGSHU, "weibo.com": WEIBO}


def robots(host: str, platforms: Platforms) -> Answer:
    text = {**REPORTED, **platforms.settings.robots}.get(host)
    return nothing_here() if text is None else plain(text)
