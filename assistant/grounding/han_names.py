"""Names in Chinese characters that the evidence does not hold, found without a segmenter.

Three signs of a name: a dot between transliterated parts (丹尼尔·格罗斯), a surname at the start
of a clause or behind a title (创始人张伟, 张伟表示), and what stands in front of 资本, 基金 and
their like. What any evidence holds is a name that may be said, so a source's own sentence always
passes; what consists of ordinary pairs of characters (`pairs_zh.txt`, counted in general text) is
taken for words and not for a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

_HAN = "[一-鿿]"
_DOTS = str.maketrans("•・‧∙⋅", "·····")
_DOTTED = re.compile(rf"{_HAN}{{1,6}}(?:·{_HAN}{{1,10}})+")
# Characters that transliterations are made of: a name that goes on with one has not ended.
_SOUNDS = frozenset(
    "斯尔夫曼特克德森格罗丹尼弗里奈莎拉郭安妮珀戴维卡恩马布鲁伊凡诺瓦亚达杰奥姆萨山米约翰史密托瑟菲利普"
    "洛佩兹阿贝比彼宾博登蒂迪杜恩芬福盖哈海赫霍吉加简金凯科肯莱兰劳勒雷丽莉林琳龙露伦麦玛梅蒙摩莫内纳"
    "尼纽努帕皮乔切琼塞桑什圣施舒苏索塔泰唐提图汤威韦温沃乌西希肖谢辛雅延耶叶因尤泽詹朱兹黛蕾娜赖葛傅"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜"
    "戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟段钱汤尹黎易常武乔贺赖龚文庞樊殷施陶洪翟颜倪严牛温芦季俞"
    "章鲁葛伍韦申尤毕聂焦柳邢岳齐梅庄涂祝左崇柯阮纪舒屈项祁卓"
)
# Surnames that hardly begin another word, and what stands behind 张 as a measure.
_CLEAR = re.compile(
    rf"[王李刘陈杨赵吴徐孙胡朱郭罗宋郑谢唐韩曹邓彭萧蔡潘袁董叶杜]{_HAN}"
    rf"|(?<![0-9一二三四五六七八九十百千万亿两几数多每整单])张{_HAN}"
)
_BEHIND_MEASURE = "以的是和在为上下卡起到就才约左多不也都一二三四五六七八九十"
_SURNAME = f"[{_SURNAMES}]"
_TITLE = (
    r"(?:创始人|合伙人|首席执行官|首席技术官|CEO|CTO|CFO|董事长|总裁|总经理|经理|教授|研究员|分析师|投资人"
    r"|主席|高管|作者|记者|博士|负责人|工程师)(?:兼[^，。]{0,8})?"
)
_AFTER_NAME = (
    r"(?=[的在于有把将和与及等是为也已曾会要从向对以用给称说表告拥运获让押创预付购收领宣本云旗同那再又还不没未试，。；：:,)（(A-Za-z]|公布|提供|推出"
    r"|计划|认为|指出|透露|介绍|先生|女士|博士|教授|领投|跟投|投资|警告|估计|预计|$|\s|\d)"
)
_COMPOUND = re.compile(rf"(?:欧阳|司马|上官|诸葛|司徒|皇甫|慕容|令狐){_HAN}{{1,2}}")
_PERSON = re.compile(
    rf"(?:(?<![一-鿿0-9])|(?<=[由据与和向对是给称，。；]))(?P<bare>{_SURNAME}{_HAN}{{1,2}}?){_AFTER_NAME}"
    rf"|{_TITLE}(?P<titled>{_SURNAME}{_HAN}{{1,2}}?)(?!{_HAN}{{0,2}}·){_AFTER_NAME}"
)
_STRICT = "资本|创投|风投|基金|集团|控股|证券"
_LOOSE = "科技|银行|大学|学院|实验室|研究院|公司|传媒|周刊|时报|日报|通讯社|半导体"
_ORGANISATION = re.compile(rf"(?P<name>{_HAN}{{2}})(?P<suffix>{_STRICT}|{_LOOSE})")
_GENERIC = frozenset(
    """
    主权 对冲 投资 风险 公募 私募 养老 成立 创业 社会 人力 产业 引导 政府 科技 美国 中国 硅谷
    早期 新兴 头部 本土 外国 海外 美元 专项 金融 股权 固定 运营 流动 启动 筹集 需要 拿到 注入
    投入 撬动 知名 传统 老牌 小型 大型 中型 顶级 全球 国际 国内 国家 地方 民间 外部 内部 母子
    其他 其它 更多 不少 许多 众多 部分 同类 竞争 家族 母体 参与 科研 慈善 公益 捐赠 信托 指数
    货币 债券 股票 互联 上市 被投 所投 联合 跨国 私人 公共 自有 大量 巨额 国有 种子 天使 成长
    并购 产投 直投 支持 提供 吸引 通过 获得 依靠 利用 借助 管理 发行 募集 设立 组建 旗下 背后
    相关 这类 那些 这些 此类 各类 各大 几大 两大 三大 五大 科创 科学 人工 私营 民营 国资 央企
    大学 新创
    """.split()
)
_BEFORE_NOUN = frozenset(
    "的家只支些类种个名和与或由给向对让被是为把用从等在该各每某此本母子大小新老两几多这那其外了过来去到靠向跟找比如即及以其他有无没"
)


def one_dot(text: str) -> str:
    """`text` with one kind of dot between the parts of a transliterated name."""
    return text.translate(_DOTS)


@cache
def _pairs() -> frozenset[str]:
    """Ordinary pairs of characters: each line is a character and those that follow it."""
    lines = Path(__file__).with_name("pairs_zh.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line[0] + second for line in lines for second in line[1:])


def strange_han_names(text: str, held: str, known: Callable[[str], bool]) -> Iterator[str]:
    """Names in `text` that `held` lacks, both folded and `one_dot`. `known` tells whether a name
    is another name of something that the evidence names."""
    if text.isascii():
        return
    for match in _DOTTED.finditer(text):
        if not _is_held(match.group(), held) and not known(match.group()):
            yield match.group()
    for match in _PERSON.finditer(text):
        name = match["bare"] or match["titled"]
        if name[:2] not in _pairs() and name not in held and not known(name):
            yield name
    for match in _COMPOUND.finditer(text):
        if match.group()[:3] not in held:
            yield match.group()
    for match in _ORGANISATION.finditer(text):
        name = match["name"]
        if match.group() in held or known(match.group()) or known(name):
            continue
        if name[1] in _BEFORE_NOUN or name in _GENERIC:
            continue
        if match["suffix"] in _LOOSE.split("|") and name in _pairs():
            continue
        yield match.group()


def new_surnames(text: str, held: str) -> list[str]:
    """Pairs of characters in folded `text` that begin with a surname, are no ordinary words and
    stand nowhere in `held`: a name put in the place of another in a source's sentence."""
    pairs = {match.group() for match in _CLEAR.finditer(text)}
    return sorted(
        pair
        for pair in pairs
        if pair[1] not in _BEHIND_MEASURE and pair not in _pairs() and pair not in held
    )


def _is_held(name: str, held: str) -> bool:
    """Whether a name with dots stands in `held`, as long as it goes on there."""
    left, _, right = name.partition("·")
    key = f"{left[-2:]}·"
    position = held.find(key)
    while position >= 0:
        rest = held[position + len(key) :]
        same = next(
            (n for n, (a, b) in enumerate(zip(right, rest, strict=False)) if a != b),
            min(len(right), len(rest)),
        )
        ended = same >= len(rest) or rest[same] not in _SOUNDS
        if same and (same == len(right) or (ended and right[same] not in _SOUNDS)):
            return True
        position = held.find(key, position + 1)
    return False
