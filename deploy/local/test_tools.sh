#!/bin/sh
# Programs that some tests need beyond the lock: a real RabbitMQ, a browser, a Chinese font. Installed where we may (root on
# Debian); elsewhere the tests that need them say so. Never fails: a missing tool is the tests' business.
missing=""
command -v rabbitmq-server >/dev/null 2>&1 || [ -x /usr/sbin/rabbitmq-server ] || missing="$missing rabbitmq-server"
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
fc-list 2>/dev/null | grep -qi 'noto sans.*cjk' || [ -d /usr/share/fonts/opentype/noto ] || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装测试所需的程序：$missing"
    export DEBIAN_FRONTEND=noninteractive
    # Debian starts a service when it installs it; the tests start their own, on their own ports.
    policy=/usr/sbin/policy-rc.d
    made=""
    if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod +x "$policy" && made=1; fi
    apt-get update -qq >/dev/null 2>&1
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || failed=1
    [ -z "$made" ] || rm -f "$policy"
    [ -n "${failed:-}" ] || exit 0
fi
echo '******************************************************************' >&2
echo "缺少：$missing" >&2
echo '需要它们的测试会被跳过（设置 SAFEWORK_CI=1 时则算失败）。' >&2
echo '******************************************************************' >&2
exit 0
