# Two commands do everything on a fresh Debian 12 machine with a Swift toolchain: `make demo` and `make test`.
# They install the Debian packages that are missing (as root) and say which.

SWIFT ?= swift

# Tests and development: a debug build. The guest of the lab has no Swift: its dmflow carries the Swift runtime, and links
# libtracefs, libtraceevent and libstdc++, which the guest's image has, and zlib, libzstd and liblzma, which every Debian has.
static_path := .build-static
dmflow := $(static_path)/release/dmflow

# For `dmflow --version`; Package.swift takes it from the environment. Empty outside of a git tree.
DMFLOW_REVISION := $(or $(DMFLOW_REVISION),$(shell git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null))
export DMFLOW_REVISION

.DEFAULT_GOAL := help
.PHONY: help demo test unit e2e matrix requests failover gate gate-changes gate-curve validate html tables viewers browse browse-lab live recorded kills bench allocations kshark schema fuzz fuzz-smoke build built static install uninstall deb package gallery quotes docs lint format deps lab-deps clean

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make demo     boot a guest with a real multipath stack, capture it, print the latency of each layer
demo: lab-deps static
	Lab/lab run demo --dmflow $(dmflow)

## make test     all tests: unit, properties, golden reports, bad input, real captures in the lab, KernelShark's library,
##               the JSON against its schema, exports in the tools that take them, the browser in tmux, pages in Chromium, what is allocated
##               for a million events, the Debian package in a clean system,
##               the outputs in the documentation
test: unit e2e gate allocations kshark schema validate tables viewers browse html gate-curve package quotes

## make unit     the tests that need no guest
unit: built
	$(SWIFT) test --skip-build --disable-xctest --skip EndToEndTests

# The program and all tests, built once for whatever of them is run.
built: deps
	$(SWIFT) build --build-tests

## make e2e      the end-to-end test: captures all flows in the lab and checks files, reports and tracefs
e2e: lab-deps static built
	@# A guest in emulation can hang, on a host that is too busy for it. Only if the scenario has not come to its end, well or not,
	@# the whole is done once more, and that is said.
	Lab/lab run e2e --dmflow $(dmflow) --output .lab/e2e || { [ ! -s .lab/e2e/scenario.exit ] && echo "the guest hung: once more" >&2 && \
		Lab/lab run e2e --dmflow $(dmflow) --output .lab/e2e; }
	DMFLOW_E2E_RESULTS=$(CURDIR)/.lab/e2e $(SWIFT) test --skip-build --disable-xctest --filter EndToEndTests

## make gate     the worked example of a gate: captures in turns in the lab, held to the committed baseline and policy, and a change that has to fail
gate: lab-deps static
	@# As in e2e.
	Lab/lab run gate-job --dmflow $(dmflow) || { [ ! -s .lab/gate-job/scenario.exit ] && echo "the guest hung: once more" >&2 && \
		Lab/lab run gate-job --dmflow $(dmflow); }

## make gate-changes  real changes of the stack, each caught and named by the gate, and none where nothing was changed, twenty minutes
gate-changes: lab-deps static
	Lab/lab run gate --dmflow $(dmflow)

## make gate-curve  how often the gate gives a false alarm on real captures, and how often it sees a slowdown of a tenth
gate-curve: static
	@.ci/install xz-utils
	Benchmarks/gate $(dmflow) Tests/Fixtures

## make validate  the gate's baselines and results are as their schemas say, JUnit as Jenkins has it, SARIF as published
validate: static
	@.ci/install python3 python3-venv make
	Tests/Gate/validate $(dmflow) Tests/Fixtures/6.1/requests-graph.dat.xz Tests/Fixtures/6.12/requests-graph.dat.xz Tests/Fixtures/5.10/requests-graph.dat.xz

## make viewers  the real Perfetto UI, OpenTelemetry's classes and speedscope's schema read what is written for them, and find in it what is reported
viewers: static
	@.ci/install python3 python3-venv chromium chromium-driver
	Tests/Viewers/check $(dmflow) Tests/Fixtures

## make browse   dmflow browse driven in tmux, as a person would
browse: built
	@.ci/install tmux xz-utils
	Tests/Browse/check .build/debug/dmflow Tests/Fixtures/6.1/requests-graph.dat.xz
## make tables   graphviz, mermaid, SQLite, DuckDB and ClickHouse take what is written for them, with the report's sums
tables: static
	@.ci/install python3 python3-venv sqlite3 graphviz nodejs
	Tests/Tables/check $(dmflow) Tests/Fixtures/6.1/requests-graph.dat.xz Tests/Fixtures/6.12/requests-graph.dat.xz \
		Tests/Fixtures/6.12/failover-all-failing.dat.xz Tests/Fixtures/6.12/failover-flapping.dat.xz \
		Tests/Fixtures/6.1/requests-slow-iscsi.dat.xz Tests/Fixtures/6.1/io-lossy-record.dat Tests/Fixtures/6.1/topology.dat \
		$$(find .lab/e2e -name '*.dat' 2>/dev/null)

## make html     pages of dmflow report --output html, opened, used and held to the report's JSON in a headless Chromium, a minute
html_fixtures := 6.1/requests-slow-iscsi.dat.xz 6.1/requests-graph.dat.xz 6.12/requests-graph.dat.xz 6.1/failover-cut-long.dat.xz 6.1/io-lossy.txt article/io.txt
html: static
	@.ci/install python3 python3-venv chromium chromium-driver fonts-dejavu-core
	Tests/HTML/check $(dmflow) $(addprefix Tests/Fixtures/,$(html_fixtures))

## make kshark   KernelShark's library opens the captures and finds as many events in them
kshark: built
	@.ci/install gcc libc6-dev
	Tests/KernelShark/check .build/debug/dmflow Tests/Fixtures/*/*.dat $$(find .lab/e2e -name '*.dat' 2>/dev/null)

## make schema   reports, summaries, lists of requests and failovers of all fixtures and captures as JSON are as their published schemas say
schema: built
	@.ci/install python3 python3-jsonschema
	for form in json:report summary:summary jsonl:requests failover:failover; do \
		case $$form in failover:*) captures="*/failover-*" ;; *) captures="6.12/failover-[agt]*" ;; esac; \
		Tests/Schema/check .build/debug/dmflow $${form%:*} Documentation/$${form#*:}.schema.json \
			Tests/Fixtures/*/*.dat Tests/Fixtures/$$captures.dat.xz Tests/Fixtures/*/*.txt Tests/Schema/*.txt \
			$$(find .lab/e2e -name '*.dat' 2>/dev/null) || exit; \
	done

## make allocations  reading a million events takes no more pieces of memory than Benchmarks/allocations allows
allocations: static
	@.ci/install gcc libc6-dev python3
	Benchmarks/allocations $(dmflow) Tests/Fixtures

## make matrix   every flow captured on every kernel of the lab, half an hour
matrix: lab-deps static
	Lab/lab run matrix --kernel all --dmflow $(dmflow)

## make requests requests of known truth, captured on every kernel of the lab, twenty minutes
requests: lab-deps static
	Lab/lab run requests --kernel all --dmflow $(dmflow)

## make failover failovers of known truth, captured on two kernels of the lab, twenty minutes
failover: lab-deps static
	for kernel in bookworm trixie; do \
		Lab/lab run failover --kernel $$kernel --dmflow $(dmflow) -o .lab/failover-$$kernel || exit; \
	done

## make browse-lab  dmflow browse in the lab, with a capture that was just made, and dmflow tree drawing trace_pipe, three minutes
browse-lab: lab-deps static
	@# As in e2e.
	Lab/lab run browse --dmflow $(dmflow) || { [ ! -s .lab/browse/scenario.exit ] && echo "the guest hung: once more" >&2 && \
		Lab/lab run browse --dmflow $(dmflow); }

## make live     dmflow live in a terminal and out of one, with paths in trouble, and all its ways to end, eight minutes
live: lab-deps static
	@.ci/install python3 python3-jsonschema
	@# As in e2e.
	Lab/lab run live --dmflow $(dmflow) || { [ ! -s .lab/live/scenario.exit ] && echo "the guest hung: once more" >&2 && \
		Lab/lab run live --dmflow $(dmflow); }

## make recorded a user's flow with a tracepoint and probes, captured and killed on every kernel of the lab, ten minutes
recorded: lab-deps static
	Lab/lab run recorded --kernel all --dmflow $(dmflow)

## make kills    a hundred captures killed and put back, thirty on each kernel of the lab, in three boots, an hour
kills: lab-deps static
	Lab/lab run kills --kernel all --dmflow $(dmflow)

## make bench    that cost follows events and not machines; what recording costs in the lab; then dmflow and its peers on twenty million events of the lab's soak scenario,
##               which takes half an hour once
bench: lab-deps static
	@.ci/install bc binutils time trace-cmd python3 valgrind
	Benchmarks/scaling $(dmflow) Tests/Fixtures
	Benchmarks/events Tests/Fixtures
	Lab/lab run overhead --dmflow $(dmflow)
	Benchmarks/overhead .lab/overhead
	test -e .lab/soak/soak.dat || Lab/lab run soak --output .lab/soak
	Benchmarks/run $(dmflow) .lab/soak

## make fuzz-smoke  a minute of fuzzing of the readers, with AddressSanitizer
fuzz-smoke: deps
	rm -rf .fuzz-smoke && FUZZ_CORPUS=$(CURDIR)/.fuzz-smoke Fuzzing/run checked -max_total_time=30

## make fuzz     fuzzing of all readers at once, FUZZ_RUNS inputs each
FUZZ_RUNS ?= 10000000
fuzz: deps
	Fuzzing/run quick -runs=$(FUZZ_RUNS)

## make build    a debug build for this machine: .build/debug/dmflow
build: deps
	$(SWIFT) build

## make static   a release build that carries the Swift runtime: .build-static/release/dmflow
static: deps
	$(SWIFT) build -c release --static-swift-stdlib --scratch-path $(static_path) --product dmflow

## make install  what make static has built, stripped, its debug symbols, man pages and what shells complete, below PREFIX (/usr/local)
PREFIX ?= /usr/local
# inside: they stay in the program, for a packager whose tools take them out.
DEBUG_SYMBOLS ?= apart
# Where a zsh from its makers looks; Debian's looks there below /usr/local only.
ZSH_COMPLETIONS ?= zsh/site-functions
install:
	@test -x $(dmflow) || { echo "make static comes first" >&2; exit 1; }
	install -D -m 755 $(dmflow) $(DESTDIR)$(PREFIX)/bin/dmflow
	$(if $(filter apart,$(DEBUG_SYMBOLS)),Packaging/separate-debug $(DESTDIR)$(PREFIX)/bin/dmflow $(DESTDIR)$(PREFIX)/lib/debug)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 Documentation/man/*.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 Documentation/man/*.5
	$(call completions,bash,bash-completion/completions/dmflow)
	$(call completions,zsh,$(ZSH_COMPLETIONS)/_dmflow)
	$(call completions,fish,fish/vendor_completions.d/dmflow.fish)

## make uninstall  takes that away again
uninstall:
	@# Its debug symbols are found by the build id, as debuggers do it.
	id=$$(readelf --notes $(DESTDIR)$(PREFIX)/bin/dmflow | sed -n 's|^ *Build ID: \(..\)|\1/|p') && \
		rm -f $(DESTDIR)$(PREFIX)/lib/debug/.build-id/$$id.debug
	cd $(DESTDIR)$(PREFIX)/share && rm -f $(patsubst Documentation/man/%.1,man/man1/%.1,$(wildcard Documentation/man/*.1)) \
		$(patsubst Documentation/man/%.5,man/man5/%.5,$(wildcard Documentation/man/*.5)) \
		bash-completion/completions/dmflow $(ZSH_COMPLETIONS)/_dmflow fish/vendor_completions.d/dmflow.fish
	rm -f $(DESTDIR)$(PREFIX)/bin/dmflow

# A shell, and the file below share/ where it looks. The program writes them itself, so they always have all its options.
# That for bash names its interpreter, though nobody executes it.
define completions
install -d $(DESTDIR)$(PREFIX)/share/$(dir $(2))
$(dmflow) --generate-completion-script $(1) > $(DESTDIR)$(PREFIX)/share/$(2)
sed -i '1{/^#!/d}' $(DESTDIR)$(PREFIX)/share/$(2)
chmod 644 $(DESTDIR)$(PREFIX)/share/$(2)
endef

## make deb      the same as a Debian package, and one with the debug symbols: .build-deb
deb: static
	@.ci/install debhelper
	Packaging/deb $(dmflow)

## make package  the Debian package is installed into a clean system, works there and is purged again; so is what make install leaves
package: deb
	@.ci/install lintian mmdebstrap zsh fish man-db
	Tests/Packaging/check .build-deb $(dmflow)

## make gallery  the outputs that the documentation quotes, and its pictures, made anew where dmflow prints something else by now
gallery: static
	@.ci/install python3 python3-venv xz-utils chromium fonts-dejavu-core
	Documentation/gallery/make update $(dmflow)

## make quotes   the outputs that the documentation quotes, and its pictures, are what dmflow prints today
quotes: static
	@.ci/install python3 xz-utils
	Documentation/gallery/make check $(dmflow)

## make docs     the libraries' documentation as a web site: .build-docs
docs: built
	@.ci/install python3
	Documentation/libraries site .build-docs

## make lint     formatting, shell scripts, doc comments of all that is public, manual pages
lint: built
	@.ci/install python3 man-db
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Fuzzing/Package.swift Fuzzing/Sources
	shellcheck --external-sources --source-path=SCRIPTDIR Lab/lab $$(find Lab -name '*.sh' -o -name '*.after*') Lab/image/userland $$(find Lab/image -type f -perm /1) .ci/run .ci/install .ci/commits Packaging/deb Packaging/separate-debug Tests/KernelShark/check Tests/Packaging/check Tests/Browse/check Benchmarks/gate Benchmarks/overhead Benchmarks/run Benchmarks/scaling Benchmarks/events Benchmarks/allocations Fuzzing/run
	Documentation/libraries check
	@# man itself succeeds whatever it warns of.
	! for page in Documentation/man/*; do MANWIDTH=80 man --warnings --local-file -Tutf8 "$$page" 2>&1 >/dev/null; done | grep .

## make format   put the formatting right
format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests Fuzzing/Package.swift Fuzzing/Sources

deps:
	@.ci/install pkg-config libtracefs-dev libtraceevent-dev libzstd-dev zlib1g-dev liblzma-dev libyaml-dev libsqlite3-dev gzip xz-utils zstd trace-cmd shellcheck

lab-deps:
	@Lab/lab setup

## make clean    remove what was built here (Lab/lab clean removes the guest's image)
clean:
	rm -rf .build $(static_path) .build-deb .build-docs .build-gallery .build-html .build-package .build-tables .build-validate .build-viewers .lab Fuzzing/.build-* .fuzz-smoke
