"""The table: each thing that goes wrong, its HTTP status, and what is said of it.

What is said has no word of the house: no class, no table, no address of a server. `{…}` are filled in by who answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers.words import Words


@dataclass(frozen=True, slots=True)
class Told:
    """In one language: what happened; why, and what to do."""

    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Trouble:
    status: int
    title: Words  # what happened
    detail: Words  # why, and what to do
    retry_seconds: int | None = None  # when asking again may succeed
    by_itself: bool = False  # whether the page asks again by itself

    def told(self, language: str, **values: object) -> Told:
        return Told(self.title.in_(language), self.detail.in_(language, **values))


BAD_REQUEST = Trouble(
    400,
    Words("请求看不懂", "The request cannot be understood"),
    Words(
        "浏览器发来的内容不完整或格式不对。请返回上一页，重新填写后再提交。",
        "What was sent is incomplete or malformed. Go back, fill it in and send again.",
    ),
)
WRONG_HOST = Trouble(
    400,
    Words("这个网址不在允许之列", "This site does not go by that name"),
    Words(
        "您用“{host}”访问，而本站只接受事先登记的网址（设置项 ALLOWED_HOSTS）。{way}",
        "You asked for “{host}”; the site answers only to the names it was told (the setting ALLOWED_HOSTS). {way}",
    ),
)
DENIED = Trouble(
    403,
    Words("没有权限", "Not allowed"),
    Words(
        "您的账号不能做这件事。如果工作需要，请找管理员开通。",
        "Your account may not do this. If your work needs it, ask the administrator.",
    ),
)
NO_TOKEN = Trouble(
    403,
    Words("表单已失效", "The form has expired"),
    Words(
        "没有保存任何内容。可能是页面打开得太久、登录已结束，或浏览器不接受 Cookie。请返回并刷新页面，再提交一次。",
        "Nothing was saved. The page may have been open for too long, the log-in may have ended, or the browser refuses cookies. Go back, reload the page and send again.",
    ),
)
NOT_FOUND = Trouble(
    404,
    Words("没有这个页面", "There is no such page"),
    Words(
        "地址 {path} 上没有内容。可能是输入有误，或者内容已经删除。",
        "There is nothing at {path}. It may be mistyped, or what was there is gone.",
    ),
)
WRONG_METHOD = Trouble(
    405,
    Words("这个地址不接受这种操作", "This address does not take that"),
    Words("可以用的方式：{allowed}。", "It takes: {allowed}."),
)
TOO_LARGE = Trouble(
    413,
    Words("提交的内容太大", "Too much was sent"),
    Words("没有保存任何内容。请减少内容，或把文件分成几份再提交。", "Nothing was saved. Send less, or split the file."),
)
SLOWED = Trouble(
    429,
    Words("登录尝试过多，请稍等", "Too many tries to log in"),
    Words(
        "为防止猜测密码，请在 {when} 之后再试（约 {wait}）。密码正确也要等到那时。",
        "So that nobody guesses passwords, try again after {when} (in about {wait}). Until then even the right password waits.",
    ),
)
TOKEN_WRONG = Trouble(
    401,
    Words("令牌不对", "The token is wrong"),
    Words(
        "没有这个令牌：可能没有复制完整，或者多了空格。令牌以 shuitu_ 开头；忘了的话，在“账号”页（/account/）撤销它，另建一个。",
        "There is no such token: it may not have been copied whole, or with a space. A token begins with shuitu_; if it is lost, revoke it at /account/ and make another.",
    ),
)
TOKEN_EXPIRED = Trouble(
    401,
    Words("令牌已到期", "The token has expired"),
    Words(
        "这个令牌过了有效期。请登录后在“账号”页（/account/）新建一个，再填进软件。",
        "The token is past its last day. Log in, make another at /account/ and give it to your program.",
    ),
)
TOKEN_REVOKED = Trouble(
    401,
    Words("令牌已撤销", "The token was revoked"),
    Words(
        "这个令牌已被您本人或管理员撤销。如果还要用，请登录后在“账号”页（/account/）新建一个，再填进软件。",
        "You or an administrator revoked the token. If it is still needed, log in, make another at /account/ and give it to your program.",
    ),
)
TOKEN_CLOSED = Trouble(
    401,
    Words("账号已停用", "The account is closed"),
    Words(
        "这个令牌所属的账号已停用。如果工作需要，请找管理员。",
        "The account of this token is closed. If your work needs it, ask the administrator.",
    ),
)
NO_PASSWORD_HERE = Trouble(
    401,
    Words("这里不收登录密码", "Passwords are not taken here"),
    Words(
        "桌面软件和程序请用个人令牌，不要用登录密码：登录后在“账号”页（/account/）新建一个，用户名照填，密码处填令牌。",
        "Desktops and programs use a personal token, never the password of an account: log in, make one at /account/, and give it in place of the password.",
    ),
)
TOKEN_ASKED = Trouble(
    401,
    Words("请出示令牌", "A token is wanted"),
    Words(
        "这个地址要求令牌（login=basic）：用户名任意，密码处填个人令牌。令牌在“账号”页（/account/）新建。",
        "This address asks for a token (login=basic): any user name, and the personal token as password. Make one at /account/.",
    ),
)
TOKEN_SLOWED = Trouble(
    429,
    Words("错误的令牌太多，请稍等", "Too many wrong tokens"),
    Words(
        "这个网络地址发来了太多不能用的令牌：{when} 之后（约 {wait}）才会再查看。请在软件里换上正确的令牌，正确的随时都收。",
        "Too many tokens that are of no use came from this network address: the next is looked at after {when} (in about {wait}). Give your program a good one, which is taken at any time.",
    ),
)
TOKEN_NOT_HERE = Trouble(
    403,
    Words("令牌不能用在这里", "Tokens are not taken here"),
    Words(
        "个人令牌只能读数据。管理、导入台和账号页要在浏览器里登录。",
        "Personal tokens only read data. Administration, import desk and accounts need a log-in in a browser.",
    ),
)
TOKEN_READS = Trouble(
    403,
    Words("令牌只能读", "A token only reads"),
    Words(
        "个人令牌不能提交或更改任何内容。请在浏览器里登录后再做。",
        "A personal token changes and sends nothing. Log in with a browser to do it.",
    ),
)
TOO_MANY = Trouble(
    429,
    Words("请求过于频繁，请稍等", "Too many requests"),
    Words(
        "从您的账号或网络来的请求太多，请在 {wait} 秒后再试。同一出口有很多人时，登录后各人单独计数；单位确有需要，请管理员调高 LIMIT_PER_SECOND。",
        "Too much was asked from your account or network: try again in {wait} seconds. Where many share an address, each who logs in is counted alone; if your office needs more, the operator raises LIMIT_PER_SECOND.",
    ),
)
FAULT = Trouble(
    500,
    Words("服务器出错了", "A fault of the server"),
    Words(
        "这是我们的错，不是您的，已记入日志。请稍后再试；若一再出现，请把编号和时间告诉管理员：{when}。",
        "The mistake is ours, and the log tells more. Try again later; if it comes again, tell the administrator its id and the time: {when}.",
    ),
)
DATABASE_GONE = Trouble(
    503,
    Words("数据库暂时不可用", "The database is not available just now"),
    Words("数据没有丢失。稍后会自动恢复，请过几秒再试。", "Nothing is lost. Try again in a few seconds."),
    retry_seconds=5,
    by_itself=True,
)
BUSY = Trouble(
    503,
    Words("现在使用的人太多", "The server is busy"),
    Words("请过一会儿再试。", "Try again in a moment."),
    retry_seconds=10,
    by_itself=True,
)
TOO_SLOW = Trouble(
    503,
    Words("查询时间太长，已经停止", "The question takes too long"),
    Words("请缩小范围再试：选一个区，或者更短的时段。", "Ask for less: a region, a shorter period."),
)

# What is refused on pages of reports: the error itself says in detail what is wrong.
WRONG_PARAMETER = Trouble(400, Words("请求的参数不对", "A parameter is wrong"), Words("{detail}", "{detail}"))
NOTHING_TO_REPORT = Trouble(
    404, Words("没有可以报告的内容", "There is nothing to report"), Words("{detail}", "{detail}")
)
TEMPLATES_WRONG = Trouble(
    500,
    Words("报告版式有误，请管理员改正", "The layout of reports is faulty: the administrator has to mend it"),
    Words("{detail}", "{detail}"),
)
REPORTS_WAIT = Trouble(
    503,
    Words("等待的报告太多，请稍后再试", "Too many reports are waiting; try again later"),
    Words("{detail}", "{detail}"),
)
MADE_AGAIN = Trouble(
    503,
    Words(
        "文件已损坏或不在，报告正在重新生成，请一分钟后再取",
        "The file was damaged or is gone; its report is being made again",
    ),
    Words("{detail}", "{detail}"),
)
OTHERS_FIRST = Trouble(
    503,
    Words("正在为别人绘制报告，请稍后再试", "Reports are being drawn for others; try again in a moment"),
    Words("{detail}", "{detail}"),
)
NOT_FINISHED = Trouble(
    503,
    Words("报告没有画完，请再试一次", "The report was not finished; ask again"),
    Words("{detail}", "{detail}"),
)
NOT_IN_TIME = Trouble(
    503,
    Words("数据库没有及时答复，请稍后再试", "The database did not answer in time; try again later"),
    Words("{detail}", "{detail}"),
)
