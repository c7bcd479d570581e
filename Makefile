# make 不带参数显示帮助。全新机器只需要 Python 3.11 和 make。
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

PYTHON ?= python3.11
PORT ?= 8080
BIND ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.safework-lock
WEB_STAMP := web/dist/.built
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist*' -not -path 'web/test*' 2>/dev/null)
LOCK := $(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 \
	--no-header --all-extras pyproject.toml

.PHONY: help
help: ## 显示这份帮助
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  变量：PORT=8080 网页端口  BIND=127.0.0.1 监听地址  S=服务或进程名  ARGS=传给命令的参数'

# --- 环境 -----------------------------------------------------------------------------------------------------------

# The lock's hash decides, not its time: a checkout gives every file a new time.
$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo '需要 Python 3.11：安装后重试，或用 PYTHON= 指定'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if [ "$$(cat $(STAMP) 2>/dev/null)" != "$$(cat requirements.lock pyproject.toml | cksum)" ]; then \
		echo '安装依赖（首次约一分钟）…' && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@cat requirements.lock pyproject.toml | cksum > $@

.PHONY: install
install: $(STAMP) ## 建立 .venv 并安装锁定的依赖

# --- 网页 -----------------------------------------------------------------------------------------------------------

$(WEB_STAMP): $(WEB_SOURCES) | $(STAMP)
	@test -f web/package.json || exit 0; sh deploy/local/build_web.sh
	@mkdir -p web/dist && touch $@

.PHONY: web
web: $(WEB_STAMP) ## 构建网页（只在源码变化后）

# --- 本机系统 -------------------------------------------------------------------------------------------------------

.PHONY: up down status logs restart
up: $(STAMP) $(WEB_STAMP) ## 启动整个系统，就绪后给出地址和登录方法
	@$(BIN)/safework up --port $(PORT) --bind $(BIND) $(ARGS)

down: ## 停止系统，保留数据
	@$(BIN)/safework down

status: ## 每个进程、健康状况和事件总线
	@$(BIN)/safework status $(ARGS)

logs: ## 日志，例如 make logs S=ledgers ARGS=-f
	@$(BIN)/safework logs $(S) $(ARGS)

restart: ## 重启，例如 make restart S=ledgers
	@$(BIN)/safework restart $(S)

# --- 开发 -----------------------------------------------------------------------------------------------------------

.PHONY: test check lock docs bench clean
test: $(STAMP) $(WEB_STAMP) ## 全部测试（ARGS=tests/unit 只跑一部分）
	@sh deploy/local/test_tools.sh
	@$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder $(ARGS)

check: $(STAMP) $(WEB_STAMP) ## 静态检查：格式、类型、依赖方向、迁移、锁文件，以及网页的类型、单元测试和体积
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m deploy.check
	@sh web/check.sh

lock: $(STAMP) ## 由 pyproject.toml 更新 requirements.lock
	@$(LOCK) -o requirements.lock

docs: $(STAMP) ## 由代码生成的文档（docs/leaves.md、docs/permissions.md）
	@$(BIN)/python -m deploy.docs

bench: $(STAMP) ## 性能测量，结果写入 bench/results/
	@$(BIN)/python -m bench $(ARGS)

clean: ## 停止系统并删除数据、构建结果和缓存（不删 .venv）
	@test ! -x $(BIN)/safework || $(BIN)/safework down
	@rm -rf var web/dist web/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
