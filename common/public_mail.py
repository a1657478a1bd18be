"""Mail domains at which anybody can have an address: they say nothing about where one works."""

PUBLIC_MAIL = frozenset(
    (
        *("126.com", "139.com", "163.com", "189.cn", "aliyun.com", "aol.com", "aol.co.uk"),
        *("arcor.de", "att.net", "bigpond.com", "bk.ru", "bluewin.ch", "bol.com.br"),
        *("btinternet.com", "charter.net", "comcast.net", "cox.net", "daum.net", "disroot.org"),
        *("duck.com", "email.com", "fastmail.com", "fastmail.fm", "foxmail.com", "free.fr"),
        *("freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.fr", "gmx.net"),
        *("googlemail.com", "hanmail.net", "hey.com", "hotmail.co.uk", "hotmail.com"),
        *("hotmail.de", "hotmail.es", "hotmail.fr", "hotmail.it", "hushmail.com", "icloud.com"),
        *("inbox.lv", "inbox.ru", "interia.pl", "kakao.com", "kolabnow.com", "laposte.net"),
        *("libero.it", "list.ru", "live.co.uk", "live.com", "live.de", "live.fr", "live.nl"),
        *("mac.com", "mail.com", "mail.de", "mail.ru", "mailbox.org", "mailfence.com", "me.com"),
        *("msn.com", "naver.com", "o2.pl", "onet.pl", "optonline.net", "orange.fr"),
        *("outlook.com", "outlook.de", "outlook.es", "outlook.fr", "outlook.jp", "pm.me"),
        *("posteo.de", "posteo.net", "proton.me", "protonmail.ch", "protonmail.com", "qq.com"),
        *("rambler.ru", "rediffmail.com", "riseup.net", "rocketmail.com", "runbox.com"),
        *("sbcglobal.net", "seznam.cz", "sfr.fr", "shaw.ca", "sina.cn", "sina.com", "sky.com"),
        *("sohu.com", "t-online.de", "terra.com.br", "tuta.com", "tuta.io", "tutanota.com"),
        *("tutanota.de", "ukr.net", "uol.com.br", "verizon.net", "virgilio.it", "wanadoo.fr"),
        *("web.de", "wp.pl", "ya.ru", "yahoo.ca", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk"),
        *("yahoo.com", "yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.it"),
        *("yandex.com", "yandex.ru", "yeah.net", "ymail.com", "zoho.com", "zohomail.com"),
        # Mailboxes that throw themselves away.
        *("10minutemail.com", "guerrillamail.com", "mailinator.com", "sharklasers.com"),
        *("temp-mail.org", "trashmail.com", "yopmail.com"),
    )
)


def mail_domain(address: str) -> str:
    """Return what stands after the @ of an address, in lower case."""
    return address.rpartition("@")[2].lower()


def is_at(address: str, domain: str) -> bool:
    """Tell whether an address is at a domain, or at one below it."""
    mailbox = mail_domain(address)
    return bool(domain) and (mailbox == domain or mailbox.endswith(f".{domain}"))
