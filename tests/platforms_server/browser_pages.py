"""Pages for a real browser: they ask their own host's JSON as a person scrolls, so that a recording has something to record.

In a browser all hosts are one origin here, and a cookie belongs to all of them: switch `sessions.open_house` on.
"""

from tests.platforms_server.answers import Answer, Request, page
from tests.platforms_server.platforms import Platforms

# `at(host, path)` is the address of a platform's path as seen from this page: on this server beside it, else the real one.
_SCRIPT = """
const at = (host, path) => (location.protocol === 'http:' ? location.origin + '/' : 'https://') + host + path;
const list = document.getElementById('list');
const show = (text) => {
  const line = document.createElement('p');
  line.style.minHeight = '120px';
  line.textContent = text;
  list.append(line);
};
const ask = async (address, options) => (await fetch(address, options)).json();
const asked = new URLSearchParams(location.search);
let busy = false, done = false;
const more = async () => {
  if (busy || done) return;
  busy = true;
  done = !(await next());
  busy = false;
  document.body.dataset.done = done;
};
addEventListener('scroll', () => { if (innerHeight + scrollY > document.body.scrollHeight - 200) more(); });
"""

_NOTES = """
let page = 0;
const next = async () => {
  page += 1;
  const body = JSON.stringify({keyword: asked.get('keyword'), page, page_size: 20, sort: 'general', note_type: 0});
  const headers = {'Content-Type': 'application/json', 'x-s': 'XYS_page', 'x-rap-param': 'page'};
  const answer = await ask(at('edith.xiaohongshu.com', '/api/sns/web/v1/search/notes'), {method: 'POST', headers, body});
  for (const item of answer.data.items) show(item.note_card ? item.note_card.display_title : '');
  return answer.data.has_more;
};
more();
"""

_MOBILE = """
let page = 1;
const next = async () => {
  const query = new URLSearchParams({containerid: asked.get('containerid'), page_type: 'searchall', page});
  const answer = await ask(at('m.weibo.cn', '/api/container/getIndex?' + query), {headers: {'X-Requested-With': 'XMLHttpRequest'}});
  for (const card of answer.data.cards) for (const one of card.card_group || [card]) if (one.mblog) show(one.mblog.bid);
  page = answer.data.cardlistInfo ? answer.data.cardlistInfo.page : null;
  return page;
};
more();
"""

_DESKTOP = """
const bid = location.pathname.split('/').pop();
let page = 0, mid = '';
const next = async () => {
  if (!mid) {
    const post = await ask(at('weibo.com', '/ajax/statuses/show?id=' + bid + '&locale=zh-CN&isGetLongText=true'));
    mid = post.idstr;
    show(post.text_raw);
    const said = await ask(at('weibo.com', '/ajax/statuses/buildComments?is_reload=1&id=' + mid + '&is_show_bulletin=2&is_mix=0&count=20'));
    for (const one of said.data) show(one.text_raw);
  }
  page += 1;
  const answer = await ask(at('weibo.com', '/ajax/statuses/repostTimeline?id=' + mid + '&page=' + page + '&moduleID=feed&count=10'));
  for (const one of answer.data) show(one.text_raw);
  return page < answer.max_page;
};
more();
"""


def note_search(request: Request, platforms: Platforms) -> Answer:
    return _page("小红书 - 搜索", _NOTES)


def mobile_search(request: Request, platforms: Platforms) -> Answer:
    return _page("微博搜索", _MOBILE)


def desktop_post(request: Request, platforms: Platforms) -> Answer:
    return _page("微博正文", _DESKTOP)


def _page(title: str, script: str) -> Answer:
    return page(
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head><body><div id="list"></div>'
        f"<script>{_SCRIPT}{script}</script></body></html>"
    )
