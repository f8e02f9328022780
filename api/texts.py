"""Every text the API itself shows to people, in both languages."""

from api.language import Language
from schemas.quantity import Unknown

_TEXTS: dict[str, tuple[str, str]] = {
    "not-found": ("没有找到", "Not found"),
    "not-allowed": ("您的岗位没有这项权限", "Your role does not allow this"),
    "not-identified": ("请先登录", "Please log in"),
    "login-failed": ("登录失败,请核对后重试", "The log-in failed; check and try again"),
    "too-many-attempts": ("尝试次数太多,请稍后再试", "Too many attempts; try again later"),
    "conflict": ("情况已有变化,请刷新后再操作", "Something changed meanwhile; reload and try again"),
    "invalid-input": ("填写的内容有误", "Something in the request is not right"),
    "too-large": ("内容太大", "The request is too large"),
    "method-not-allowed": ("不支持这种操作", "This address does not take that method"),
    "bad-request": ("请求格式有误", "The request cannot be read"),
    "unavailable": ("系统暂时无法使用,请稍后再试", "The service is away for a moment; try again soon"),
    "internal": ("系统出错了,我们会尽快处理", "Something went wrong on our side"),
    f"unknown.{Unknown.NO_DATA}": ("还没有行驶数据", "no data yet"),
    f"unknown.{Unknown.NO_SIGNAL}": ("车辆没有提供所需信号", "the car does not provide the signals"),
    f"unknown.{Unknown.TOO_SHORT}": ("行驶里程还太少", "too little driven to say"),
    f"unknown.{Unknown.NO_FACT}": ("车辆档案缺少资料", "a fact of the vehicle file is missing"),
    f"unknown.{Unknown.DIESEL_WITHOUT_FUEL_RATE}": ("柴油车没有油耗信号", "a diesel without a fuel-rate signal"),
    f"unknown.{Unknown.NOT_PETROL}": ("不是汽油车", "not a petrol car"),
    f"unknown.{Unknown.IMPLAUSIBLE}": ("数据不合理,未采用", "the data are implausible"),
    f"unknown.{Unknown.BEYOND_HORIZON}": ("三年以内不会到期", "further away than three years"),
    f"unknown.{Unknown.NOT_ELECTRIC}": ("不是电动或混动车", "not an electric or hybrid car"),
    f"unknown.{Unknown.FEW_CARS}": ("同款车太少,无法比较", "too few cars of this model to compare"),
    f"unknown.{Unknown.FORMER_OWNER}": ("属于前车主,不随车转移", "it belongs to the former owner"),
    f"unknown.{Unknown.NOT_BUILT}": ("暂时还不能估算", "cannot be estimated yet"),
}


def text(key: str, language: Language) -> str:
    """A text by key; an unknown key raises KeyError, a missing translation cannot exist."""
    zh, en = _TEXTS[key]
    return zh if language is Language.ZH else en


def why_unknown(reason: str, language: Language) -> str:
    """Why a figure is missing; a reason newer than this program is shown as its code."""
    return text(f"unknown.{reason}", language) if f"unknown.{reason}" in _TEXTS else reason
