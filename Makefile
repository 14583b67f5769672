# The first two are all that a newcomer needs; nothing is installed outside .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: serve test setup test-all check house types lint bench contracts properties mutants clients wheel clean

serve: setup
	$(BIN)/understudy serve

test: setup
	$(BIN)/python -m pytest -q -n 2

setup: .venv/ready
.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[all,dev]' && touch $@

# What a machine can say of the house without running it all: lint, types, and the tests of the house rules.
check: lint types house

house: setup
	$(BIN)/python -m pytest -q -n 2 tests/house

lint: setup
	$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .

# The package is the repository: mypy is shown the tree by the name under which it is imported.
types: setup
	mkdir -p .venv/house && ln -sfn $(CURDIR) .venv/house/understudy
	cd .venv/house && MYPYPATH=. ../bin/mypy --config-file $(CURDIR)/pyproject.toml -p understudy

# What needs more than the quick suite: the wheel in a fresh environment, the clients' way, the bounded check and all
# that judges it, longer property tests.
test-all: wheel clients properties

wheel: setup
	$(BIN)/python -m pytest -q -m more tests/wheel

# The bounded checks are held to their time, so nothing else runs beside them.
clients: setup
	$(BIN)/python -m understudy.tests.clients.environments
	$(BIN)/python -m pytest -q -m more tests/checks/test_bounded.py
	$(BIN)/python -m pytest -q -n 2 -m more tests --ignore tests/wheel --ignore tests/checks/test_bounded.py

properties: setup
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -q -n 2 tests/contracts tests/engine tests/toy tests/runcomfy \
		tests/checks/test_reference.py tests/checks/test_bodies.py

# The long run: every operation and model, 500 lives of 50 steps, the stock generator without a limit, and every broken
# server, whose score is kept.
contracts: setup
	mkdir -p .understudy && $(BIN)/understudy check runcomfy --long --html .understudy/check.html
	$(BIN)/python -m understudy.tests.checks.stock
	$(BIN)/python docs/recipes/score.py runcomfy

# Each line of the engine's time is made wrong in turn, and nine of ten are noticed: a nightly's work.
mutants: setup
	$(BIN)/python -m understudy.tests.mutation

bench: setup
	$(BIN)/python -m understudy.tests.bench

clean:
	rm -rf .venv .venv-clients build dist *.egg-info .understudy .mypy_cache .ruff_cache .pytest_cache .hypothesis
