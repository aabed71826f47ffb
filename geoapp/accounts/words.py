"""What the pages of accounts say of what happened."""

from __future__ import annotations

from layers.words import Words

# Why a log-in is over; told to who still holds it.
ENDED = {
    "idle": Words("一小时没有操作，登录已结束。请重新登录。", "The log-in ended after an hour without a page. Log in again."),
    "day": Words("登录已满 12 小时，需要重新登录。", "A log-in lasts 12 hours. Log in again."),
    "moved": Words(
        "登录已结束：同一次登录忽然从另一个网络、用另一种浏览器使用，可能被人盗用。如果不是您，请登录后立即修改密码，并告诉管理员。",
        "The log-in was ended: it was suddenly used from another network and with another browser, and may have been stolen. If that was not you, log in, change your password at once, and tell the administrator.",
    ),
    "ended": Words("这次登录已在“账号”页里被结束。", "This log-in was ended on the page of your account."),
    "password": Words("密码已修改，需要用新密码重新登录。", "The password was changed. Log in with the new one."),
    "closed": Words("账号已停用。如有疑问，请找管理员。", "The account was closed. Ask the administrator if you wonder why."),
    "administrator": Words("管理员结束了您的登录，请重新登录。", "An administrator ended your log-in. Log in again."),
}  # fmt: skip
WRONG = Words("用户名或密码不对。", "The name or the password is wrong.")
WRONG_PASSWORD = Words("当前密码不对。", "That is not your password.")
WRONG_CODE = Words(
    "验证码不对，或已经用过。请等手机上出现下一个验证码再试。",
    "That is not a code, or it was used before. Wait for the next one on your telephone.",
)
NOT_CONFIRMED = Words(
    "验证码不对：请检查手机的时间是否准确，再输入现在显示的验证码。",
    "That is not a code of it: check the clock of your telephone and enter the code that it shows now.",
)
SAME = Words("新密码不能与当前密码相同。", "The new password has to be another one.")
NO_NAME = Words("请给令牌起个名字，例如“办公室 QGIS”。", "Give the token a name, like “QGIS in the office”.")
NO_SCOPE = Words("请至少选一项范围。", "Choose what the token may read.")
TOO_MANY = Words(
    "已有 {count} 个有效令牌，不能再多。请先撤销不用的。", "There are {count} tokens already, the most there may be. Revoke one first."
)  # fmt: skip
CHANGED = Words("密码已修改；其他地方的登录都已结束。", "The password is changed, and every other log-in ended.")
SESSION_ENDED = Words("已结束 {count} 个登录。", "Log-ins ended: {count}.")
REVOKED = Words("令牌“{name}”已撤销，立即失效。", "The token “{name}” is revoked and not taken any more.")
TOTP_OFF = Words("两步验证已关闭。", "The second step is off.")
# Why nobody came in from the authority's own provider.
OUTSIDE = {
    "away": Words(
        "统一认证现在连不上，请稍后再试，或用本站的用户名和密码登录。",
        "The identity provider cannot be reached. Try again later, or log in with a name and password of this site.",
    ),
    "refused": Words(
        "统一认证没有成功（取消、超时或答复无效）。请再试一次。",
        "The identity provider did not let you in: cancelled, too late, or its answer cannot be trusted. Try again.",
    ),
    "waits": Words(
        "账号 {name} 已登记，等待管理员开通。开通后再从这里登录。",
        "The account {name} is registered and waits for the administrator. Log in again once it is open.",
    ),
}
