"""用中文写的数字：怎样读，什么时候要反问。

python examples/chinese_input.py
"""

from tools.errors import AmbiguousInput, InvalidInput
from tools.estimates.training.estimate import estimate_training
from tools.quantities import find_quantities, parse_params, parse_price, parse_tokens

QUESTION = "用256张H100训练130亿参数的模型，3万亿词元，2.5美元每卡时，三周够吗？"


def main() -> None:
    """从一句话里读出数字，算出卡时、天数和费用。"""
    for found in find_quantities(QUESTION):
        print(f"{found.text}: {found.value.normalize():f} {found.unit}")
    estimate = estimate_training(
        parse_params("一百三十亿"),
        parse_tokens("3萬億詞元"),
        gpus=256,
        price_per_gpu_hour=parse_price("2.5美元每卡时"),
    )
    assert estimate.days is not None
    assert estimate.cost_usd is not None
    print(
        f"约{estimate.gpu_hours.likely / 10_000:.1f}万卡时，{estimate.days.low:.0f}至"
        f"{estimate.days.high:.0f}天，{float(estimate.cost_usd.likely) / 10_000:.0f}万美元"
    )
    for text in ("3亿2千", "-70亿", "17块一卡时"):
        try:
            (parse_price if "卡时" in text else parse_params)(text)
        except AmbiguousInput as error:
            print(f"{text}: 请问是 {' 还是 '.join(error.readings)}？")
        except InvalidInput as error:
            print(f"{text}: {error.message}; {error.hint}")


if __name__ == "__main__":
    main()
