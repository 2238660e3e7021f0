"""Text that addresses a machine: sentences that read like instructions to an assistant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.texts.folding import fold_script

_ENGLISH = [
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|all"
    r"|your|any|the)\b.{0,30}\b(?:instructions?|rules|prompts?|directions|guidelines|safeguards)\b",
    r"\b(?:system|developer|hidden) (?:prompt|message|instructions?)\b",
    r"\byou are (?:now )?(?:an?|the) (?:\w+ )?(?:ai|assistant|language model|chatbot)\b",
    r"\b(?:ais?|assistants?|chatbots?|language models?|llms?)[,:]? (?:reading this )?"
    r"(?:must|should|shall|has to|have to|please) "
    r"(?:call|open|visit|run|execute|recommend|reply|answer|respond|say|send|tell)\b",
    r"\bdo not (?:tell|mention|reveal|inform|disclose)\b.{0,40}\b(?:users?|readers?|founders?)\b",
    r"\b(?:call|run|execute|invoke) the \w+ (?:tool|function)\b",
    r"<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[/?INST\]|<<SYS>>",
]
_CHINESE = [
    r"(?:忽略|无视|忘记|忘掉|不要理会|不必理会|绕过).{0,12}(?:之前|以上|上述|先前|前面|此前|所有|一切|任何|你的)"
    r".{0,8}(?:指令|指示|规则|提示|要求|命令|限制)",
    r"系统(?:提示|指令|消息)词?[:：]|系统提示词",
    r"你(?:现在|从现在起)?是(?:一个|一名|一位)?.{0,6}(?:AI|人工智能|助手|语言模型|聊天机器人)",
    r"(?:AI|人工智能|助手|语言模型|大模型)(?:必须|应当|务必|请)(?:调用|打开|访问|运行|执行|推荐|回答|回复|告诉)",
    r"(?:不要|请勿|切勿|别)(?:告诉|提及|透露|告知).{0,8}(?:用户|读者|创始人)",
    r"(?:请|立即|马上)?(?:调用|执行|运行)\w{0,12}(?:工具|函数)",
]
_PATTERN = re.compile("|".join(f"(?:{p})" for p in [*_ENGLISH, *_CHINESE]), re.IGNORECASE)
_LONGEST = 2000  # characters of a line that are looked at in one piece


def suspicious_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of each line that reads like an instruction to an assistant, in
    English or in Chinese of either script. A hint for a person: nothing relies on it."""
    for number, line in enumerate(text.splitlines(), 1):
        pieces = (line[at : at + _LONGEST] for at in range(0, len(line), _LONGEST - 100))
        if any(_PATTERN.search(fold_script(piece)) for piece in pieces):
            yield number, line
