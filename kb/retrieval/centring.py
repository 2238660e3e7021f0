"""The mean question and the mean passage of a language, under any embedder.

What all questions or all texts of a language share says nothing about what one of them is about;
`space` takes it out. The samples below are about many things, and the statements say the same in
both languages, so that what differs between their means is the language. They are part of the
index's recipe: whoever changes them raises `kb.retrieval.upkeep.RECIPE`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from kb.retrieval.embedders import Vectors

_ENGLISH_QUESTIONS = (
    "Who founded the company?",
    "When did the war end?",
    "How many people live in the city?",
    "What is the capital of the country?",
    "Where was the agreement signed?",
    "Why did the price of oil rise?",
    "Which team won the final?",
    "What does the law say about taxes?",
    "How long does the treatment take?",
    "What year was the university established?",
    "Who wrote the book?",
    "How much does it cost to build a bridge?",
    "What kind of rock is found there?",
    "Which investors give startups access to chips?",
    "What are the terms of the offer?",
    "How is the temperature measured?",
    "What did critics think of the film?",
    "What is the main cause of the disease?",
    "Who may apply for the program?",
    "What percentage of revenue came from abroad?",
    "How did the king die?",
    "What language do most people speak?",
    "What happens if the loan is not repaid?",
    "Which river flows through the valley?",
)
_CHINESE_QUESTIONS = (
    "这家公司是谁创办的？",
    "战争是什么时候结束的？",
    "这座城市有多少人口？",
    "这个国家的首都是哪里？",
    "协议是在哪里签署的？",
    "油价为什么上涨？",
    "哪支球队赢得了决赛？",
    "法律对税收有什么规定？",
    "治疗需要多长时间？",
    "这所大学成立于哪一年？",
    "这本书的作者是谁？",
    "建一座桥要花多少钱？",
    "那里有哪种岩石？",
    "哪些投资人向初创公司提供芯片？",
    "这个方案的条款是什么？",
    "温度是如何测量的？",
    "评论家怎么看这部电影？",
    "这种疾病的主要原因是什么？",
    "谁可以申请这个计划？",
    "海外收入占百分之多少？",
    "国王是怎么去世的？",
    "大多数人说什么语言？",
    "贷款还不上会怎么样？",
    "哪条河流经这个山谷？",
)
_ENGLISH_STATEMENTS = (
    "The company was founded in 1998 by two engineers and is based in Stockholm.",
    "The river rises in the mountains in the north and flows through three countries to the sea.",
    "In the second quarter, revenue rose by 12 percent to 3.4 billion dollars.",
    "She studied law in Paris and later became a judge at the supreme court.",
    "The army crossed the border in the spring, and the war lasted for six years.",
    "Patients who were given the medicine recovered faster than those who were not.",
    "The fund gives its portfolio companies access to a cluster of graphics processors.",
    "The team won the final 3 to 1 and took the title for the fourth time.",
    "Most of the inhabitants work in farming, fishing and tourism.",
    "The law requires employers to pay for overtime and to keep records of working hours.",
    "Light travels faster through air than through water or glass.",
    "The novel tells the story of a family over three generations.",
    "Applicants must have raised less than five million dollars and may apply at any time.",
    "The church was built in the twelfth century and destroyed by a fire in 1666.",
    "Oil prices fell after the producers agreed to raise output.",
    "The university has about twenty thousand students and four campuses.",
    "The species lives in warm forests, where it feeds on insects and fruit.",
    "The two governments signed a treaty on trade and on the use of the harbor.",
    "The album sold more than two million copies in its first year.",
    "The loan is secured by the machines and must be repaid within five years.",
    "Temperatures drop below freezing in winter, and snow covers the ground until April.",
    "The party won a majority of the seats and formed a government with two smaller ones.",
    "Customers pay by the hour and can stop the service whenever they like.",
    "The chemical reacts with oxygen and gives off heat.",
)
_CHINESE_STATEMENTS = (
    "这家公司由两位工程师于1998年创办，总部设在斯德哥尔摩。",
    "这条河发源于北部山区，流经三个国家后入海。",
    "第二季度的收入增长了12%，达到34亿美元。",
    "她在巴黎学习法律，后来成为最高法院的法官。",
    "军队在春天越过边境，战争持续了六年。",
    "服用这种药物的患者比没有服用的恢复得更快。",
    "这只基金让被投公司使用一个图形处理器集群。",
    "球队以3比1赢得决赛，第四次夺得冠军。",
    "大多数居民从事农业、渔业和旅游业。",
    "法律要求雇主支付加班费，并保存工作时间的记录。",
    "光在空气中的传播速度比在水或玻璃中更快。",
    "这部小说讲述了一个家族三代人的故事。",
    "申请人的融资额须低于五百万美元，随时可以申请。",
    "教堂建于十二世纪，1666年毁于一场大火。",
    "产油国同意增产之后，油价下跌。",
    "这所大学约有两万名学生和四个校区。",
    "这个物种生活在温暖的森林里，以昆虫和果实为食。",
    "两国政府签署了关于贸易和港口使用的条约。",
    "这张专辑第一年就卖出了两百多万张。",
    "贷款以机器作抵押，必须在五年内还清。",
    "冬天气温降到零度以下，积雪一直到四月才融化。",
    "该党赢得多数席位，与两个较小的政党共同组阁。",
    "客户按小时付费，可以随时停止使用服务。",
    "这种化学物质与氧气反应并放出热量。",
)


Embed = Callable[[Sequence[str]], Vectors]


def centres(queries: Embed, passages: Embed) -> dict[str, Vectors]:
    """The mean vectors of questions ("question_en", "question_zh") and of passages ("passage_en",
    "passage_zh"), from an embedder's two ways to embed."""
    return {
        "question_en": _mean(queries(_ENGLISH_QUESTIONS)),
        "question_zh": _mean(queries(_CHINESE_QUESTIONS)),
        "passage_en": _mean(passages(_pairs(_ENGLISH_STATEMENTS, " "))),
        "passage_zh": _mean(passages(_pairs(_CHINESE_STATEMENTS, ""))),
    }


def _pairs(statements: Sequence[str], between: str) -> list[str]:
    """Each statement with the next one: about as long as a passage."""
    return [
        one + between + next_one
        for one, next_one in zip(statements, [*statements[1:], statements[0]], strict=True)
    ]


def _mean(rows: Vectors) -> Vectors:
    return np.asarray(rows.mean(axis=0), dtype=np.float32)
