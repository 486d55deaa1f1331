"""What is kept of addresses and answers: no token that opens a session, in whatever escape, and not who looked at a page."""

from time import process_time

import pytest

from collectors.platforms import clean, clean_text, without_tokens

WITHIN = "https://www.xiaohongshu.com/404?originalUrl="


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (
            "%2Fexplore%2F1%3Fxsec_token%3DSECRET%26xsec_source%3D&error_code=1",
            "%2Fexplore%2F1%3Fxsec_token%3D-%26xsec_source%3D&error_code=1",
        ),
        ("%2F1%3Fa%3D1%26xsec_token%3DSEC%253DRET", "%2F1%3Fa%3D1%26xsec_token%3D-"),
        ("%2F1%3Fgsid%3DSECRET%23part", "%2F1%3Fgsid%3D-%23part"),
        ("%2F1%3Fst%3DSECRET%26ticket%3DSECRET%26test%3D1", "%2F1%3Fst%3D-%26ticket%3D-%26test%3D1"),
        ("%252F1%253Fxsec_token%253DSECRET%2526x%253D1", "%252F1%253Fxsec_token%253D-%2526x%253D1"),
        ("%25252F%25253Fxsec_token%25253DSECRET%252526x", "%25252F%25253Fxsec_token%25253D-%252526x"),
        ("%3Fnot_xsec_token%3DA%26xsec_tokens%3DB", "%3Fnot_xsec_token%3DA%26xsec_tokens%3DB"),
    ],
)
def test_an_address_within_an_address_is_kept_without_tokens(address, kept):
    assert without_tokens(WITHIN + address) == WITHIN + kept
    assert without_tokens(WITHIN + kept) == WITHIN + kept


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("app://page/%2F1%3fxsec_token%3dSECRET%22 次", "app://page/%2F1%3fxsec_token%3d-%22 次"),
        ("%253Fxsec_token%253DSECRET%2526x", "%253Fxsec_token%253D-%2526x"),
        ('{"a":"\\u0026xsec_token=SEC\\u002FRET\\u003D\\u0026x=1"}', '{"a":"\\u0026xsec_token=-\\u0026x=1"}'),
        ('{"xsec_token":"SECRET","x":1}', '{"xsec_token":"-","x":1}'),
        ("%7B%22xsecToken%22%3A%22SECRET%22%7D", "%7B%22xsecToken%22%3A%22-%22%7D"),
        ("?not_xsec_tokens=1&not_gsid=2", "?not_xsec_tokens=1&not_gsid=2"),
        ("gsid: 什么意思? xsec_token", "gsid: 什么意思? xsec_token"),
    ],
)
def test_texts_of_answers_are_kept_without_the_tokens_of_addresses_in_them(told, kept):
    assert clean({"text": told}) == {"text": kept}


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"xsec_token":"ABSECRETcut', '{"xsec_token":"-'),
        ('{"xsec_token" : "AB\\u002FSECRET","x":1}', '{"xsec_token" : "-","x":1}'),
        ('{"a":"{\\"xsec_token\\":\\"AB\\\\u002FSECRET\\",\\"x\\":1}"}', '{"a":"{\\"xsec_token\\":\\"-\\",\\"x\\":1}"}'),
        ("{userXsecToken:'SECRET',x:1}", "{userXsecToken:'-',x:1}"),
        ("var config={login:[1][0],st: 'SECRET', uid: '7999999999', best: 'x'}", "var config={login:[1][0],st: '-', uid: '-', best: 'x'}"),
        ('{uid: 7999999999, user:{"id":1}}', '{uid: -, user:{"id":1}}'),
        ('<a href="/a?st=SECRET&amp;x=1">', '<a href="/a?st=-&amp;x=1">'),
        (
            "$CONFIG['product']='search';$CONFIG['uid']='7999999999';$CONFIG['nick'] = 'SEC\\'RET';",
            "$CONFIG['product']='search';$CONFIG['uid']='-';$CONFIG['nick'] = '-';",
        ),
        (
            "{user:{loggedIn:true,userInfo:{userId:'SECRET',a:{b:\"}\"},nickname:'SECRET'}},comments:{list:[{userInfo:{userId:'5f'}}]}",
            "{user:{loggedIn:true,userInfo:{}},comments:{list:[{userInfo:{userId:'5f'}}]}",
        ),
        ('{"user":{"loggedIn":{"_value":true},"userInfo":{"userId":"SECRET', '{"user":{"loggedIn":{"_value":true},"userInfo":{'),
        ('{"user":{"userId":"5f","nickname":"云朵"},"x":[]', '{"user":{"userId":"5f","nickname":"云朵"},"x":[]'),
    ],
)
def test_what_could_not_be_read_is_kept_without_tokens_and_without_who_looked_at_it(body, kept):
    assert clean_text(body) == kept


@pytest.mark.parametrize(
    "part",
    ["%", "%25", "\\", '"', "'", "xsec_token=", "xsec_token%25", "st:'", 'st:\\"', "user:{", "user:{{}{}", "user:{userInfo:{'", "&st="],
)
def test_hostile_texts_are_cleaned_in_no_time(part):
    started = process_time()
    clean_text(part * 100_000)
    assert process_time() - started < 5
