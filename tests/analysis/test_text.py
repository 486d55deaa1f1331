"""What the model reads of a post. Every post here is invented."""

import time

import pytest

from analysis.text import BEGIN, END, drop_hashtags, normalise, pair_ids, post_ids


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("拒绝AI绘画！http://t.cn/A6xyzQ1看这里", "拒绝AI绘画! 看这里"),
        ("图在xhslink.com/aB3dE，自取", "图在 ,自取"),
        ("看这里http://t.cn/A6xyz#拒绝AI绘画#", "看这里 #拒绝AI绘画#"),
        ("1.5倍速 t.cn不是地址", "1.5倍速 t.cn不是地址"),
        ("谢谢@山里的画师-小某 陪我", "谢谢@ 陪我"),
        ("@甲_01 @乙·丙 来看", "@ 来看"),
        ("回复@路过的鱼:说得对", "说得对"),
        ("支持//@路过的鱼：别画了//@另一条鱼:凭什么", "支持// 别画了// 凭什么"),
    ],
)
def test_addresses_and_names_go(text: str, read: str) -> None:
    assert normalise(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("新协议看哭了 O网页链接", "新协议看哭了"),
        ("直播切片 L苔圈观察员的微博视频", "直播切片"),
        ("直播切片 苔圈观察员的微博视频", "直播切片"),
        ("直播切片 L苔圈觀察員的微博視頻 #苔圈停更#", "直播切片 #苔圈停更#"),
        ("新協議看哭了 O網頁鏈接", "新协议看哭了"),
        ("今天也在画...全文", "今天也在画"),
        ("今天也在画…展开全文c", "今天也在画"),
        ("写了很长一段话 收起d", "写了很长一段话"),
        ("写了很长一段话收起d", "写了很长一段话"),
        ("写了很长一段话。展开全文", "写了很长一段话。"),
        ("寫了很長一段話 展開全文", "写了很长一段话"),
        ("就这样吧 来自 iPhone客户端", "就这样吧"),
        ("就这样吧 来自iPhone 13 Pro", "就这样吧"),
        ("就这样吧 来自 微博网页版", "就这样吧"),
        ("就这样吧 发布于 四川", "就这样吧"),
        ("就这样吧 发布于 四川 来自 某某手机", "就这样吧"),
        ("转发微博", ""),
        ("轉發微博", ""),
        ("#苔圈停更[超话]# 不画了", "#苔圈停更# 不画了"),
        ("不画了 #苔圈停更[话题]#", "不画了 #苔圈停更#"),
        ("复制本条信息，打开【小红书】App查看精彩内容！", ""),
    ],
)
def test_what_buttons_and_cards_leave_goes(text: str, read: str) -> None:
    assert normalise(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "专访全文在下一条,展开说说",
        "这些画来自三个人",
        "请把协议收起来",
        "图片评论区太吵了",
        "别发视频了",
        "本画师作品禁止二次发布于小红书",
        "禁止 发布于 小红书",
        "GLM偷用我们的微博视频训练AI",
        "我坚决反对AI盗用画师作品大家都去看她的微博视频",
        "画师很难过 大家都去看她的微博视频",
        "不接受来自小红书客户端",
        "小红书不许把我的图收起",
        "不许把我的图展开,收起",
    ],
)
def test_the_same_words_in_a_sentence_stay(text: str) -> None:
    assert normalise(text) == text


def test_feeling_and_hashtags_stay() -> None:
    assert normalise("#拒绝AI绘画# 气死了[怒][泪]😡🎨") == "#拒绝AI绘画# 气死了[怒][泪]😡🎨"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("拒絕AI繪畫，從我做起", "拒绝AI绘画,从我做起"),
        ("頭髮和發展", "头发和发展"),
        ("乾淨", "干净"),
        ("ＡＩ　绘画，真的？！", "AI 绘画,真的?!"),
        ("一行\n\n二行\t三行\u200b", "一行 二行 三行"),
        ("太过分了！！！！！！！", "太过分了!!!"),
        ("哈哈哈哈哈哈", "哈哈哈"),
        ("他说&quot;AI&amp;画&quot;", '他说"AI&画"'),
        ("", ""),
        ("   ", ""),
    ],
)
def test_forms_are_one(text: str, read: str) -> None:
    assert normalise(text) == read


@pytest.mark.parametrize(
    ("text", "about", "read"),
    [
        ("坚决抵制@小红书 偷画师的图", "小红书", "坚决抵制小红书 偷画师的图"),
        ("坚决抵制＠小紅書 偷畫師的圖", "小红书", "坚决抵制小红书 偷画师的图"),
        ("我反对@小红书的AI训练条款", "小红书", "我反对小红书的AI训练条款"),
        ("@甲 @小红书薯 @乙 听着", "小红书", "@ 小红书薯 @ 听着"),
        ("@TRIK AI官方 走开", "Trik AI", "TRIK AI官方 走开"),
        ("回复@小红书:说清楚", "小红书", "回复小红书:说清楚"),
        ("好//@小红书：谢谢//@鱼:不谢", "小红书", "好// 小红书:谢谢// 不谢"),
        ("谢谢@小红", "小红书", "谢谢@"),
        ("坚决抵制@小红书 偷画师的图", "", "坚决抵制@ 偷画师的图"),
    ],
)
def test_a_name_that_is_what_is_asked_about_stays(text: str, about: str, read: str) -> None:
    assert normalise(text, about) == read


@pytest.mark.parametrize("text", ["支持//@鱼：別畫了… http://t.cn/Ab 全文", "@甲@乙 回复@丙:好！！！！", "ＡＩ...全文"])
def test_a_second_time_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("#拒绝AI绘画# 我不同意#苔圈#", "我不同意"),
        ("画完了 #拒绝AI绘画 #原创", "画完了"),
        ("#拒绝AI绘画#", "#拒绝AI绘画#"),
        ("#苔圈# !!!", "#苔圈# !!!"),
        ("没有标签", "没有标签"),
    ],
)
def test_hashtags_dropped_for_training(text: str, rest: str) -> None:
    assert drop_hashtags(text) == rest


def test_a_pair_has_the_target_first() -> None:
    assert pair_ids([5, 6], [7, 8]) == [BEGIN, 5, 6, END, END, 7, 8, END]
    assert pair_ids([5], [7], [9, 10]) == [BEGIN, 5, END, END, 9, 10, END, 7, END]


def test_context_gives_way_before_the_post() -> None:
    target, post, context = [1001] * 5, list(range(10, 60)), list(range(100, 300))
    ids = pair_ids(target, post, context, limit=80)
    assert len(ids) == 80
    assert ids[:8] == [BEGIN, *target, END, END]
    assert ids[-51:] == [*post, END]
    assert ids[8:28] == context[-20:]
    assert pair_ids(target, list(range(10, 400)), context, limit=80)[8:12] == [10, 11, 12, 13]


def test_a_long_post_keeps_its_end_and_the_target_is_whole() -> None:
    target, post = list(range(1000, 1020)), list(range(10, 400))
    ids = pair_ids(target, post, limit=64)
    assert len(ids) == 64
    assert ids[1:21] == target
    assert ids[-2] == post[-1]
    assert pair_ids(list(range(1000, 1100)), post, limit=64)[1:101] == list(range(1000, 1100))
    assert post_ids(post, limit=10) == [BEGIN, *post[:6], *post[-2:], END]


def test_fast_enough_for_a_campaign() -> None:
    posts = [
        f"第{number}位画师说：#拒绝AI绘画# 我画了十年，不是为了喂给机器！！！@苔圈 出来解释[怒] http://t.cn/A{number}"
        for number in range(20_000)
    ]
    normalise("預熱")
    start = time.process_time()
    for post in posts:
        normalise(post)
    # Measured above 50,000 a second on one core; a third of that still passes on a busy machine.
    assert len(posts) / (time.process_time() - start) > 17_000
