#!/usr/bin/env bash
# timeout: 200
# A real Buildbot (Debian's 3.7, packages buildbot and buildbot-worker) on loopback: its master with
# a worker in the same process runs CPython's regrtest (libpython3.11-testsuite), and is read by
# database, while it runs, and by REST.
. "$(dirname "$0")/../lib.sh"

FT=$BUILD/flake-triage

write_master() {
	mkdir tests www www/static "www/bb_www-3.7.0.egg-info"
	cat >tests/test_flaky.py <<-'END'
		import os, unittest
		class Test(unittest.TestCase):
		    def test_once(self):
		        if not os.path.exists(os.environ["MARK"]):
		            open(os.environ["MARK"], "w").close()
		            self.fail("never right the first time")
		    def test_good(self):
		        pass
	END
	cat >tests/test_red.py <<-'END'
		import unittest
		class Test(unittest.TestCase):
		    def test_red(self):
		        self.assertEqual("rouge", "red")
	END
	cat >tests/test_good.py <<-'END'
		import unittest
		class Test(unittest.TestCase):
		    def test_good(self):
		        pass
	END
	# The pages are another package, which Debian lacks; REST is served without them.
	echo 3.7.0 >www/VERSION
	echo >www/static/index.html
	echo 'from buildbot.www.plugin import Application; ep = Application(__name__, "REST alone")' >www/bb_www.py
	printf 'Metadata-Version: 1.0\nName: bb-www\nVersion: 3.7.0\n' >www/bb_www-3.7.0.egg-info/PKG-INFO
	printf '[buildbot.www]\nbase = bb_www:ep\n' >www/bb_www-3.7.0.egg-info/entry_points.txt
	mkdir master
	cat >master/buildbot.tac <<-'END'
		import os
		from twisted.application import service
		from twisted.internet import defer
		from buildbot.master import BuildMaster
		application = service.Application('buildmaster')
		m = BuildMaster(os.getcwd(), 'master.cfg', umask=None)
		m.setServiceParent(application)
		setup = m.db.setup
		@defer.inlineCallbacks
		def make_tables(**_):  # as `buildbot upgrade-master` does
		    yield setup(check_version=False)
		    yield m.db.model.upgrade()
		m.db.setup = make_tables
	END
	cat >master/master.cfg <<-END
		import datetime
		from buildbot.plugins import *
		c = BuildmasterConfig = {}
		c['workers'] = [worker.LocalWorker("bench")]
		class Boom(steps.BuildStep):
		    name = "boom"
		    def run(self):
		        raise RuntimeError("a machine that breaks")
		def regrtest(*tests):
		    return util.BuildFactory([
		        steps.ShellCommand(name="configure", command=["echo", "checking for gcc... gcc"]),
		        steps.SetProperty(name="setproperty", property="got_revision", value="0123456789abcdef0123456789abcdef01234567"),
		        steps.ShellCommand(name="test", env={"MARK": util.Interpolate("mark-%(prop:buildnumber)s")},
		            command=["$(command -v python3.11)", "-B", "-m", "test", "--testdir", "$PWD/tests", "-w", *tests])])
		factories = {
		    "flaky": regrtest("test_flaky", "test_good"), "red": regrtest("test_red", "test_good"),
		    "slow": util.BuildFactory([steps.ShellCommand(name="test", command=["sleep", "1000"])]),
		    "boom": util.BuildFactory([Boom()]),
		}
		c['builders'] = [util.BuilderConfig(name=n, workernames=["bench"], factory=f) for n, f in factories.items()]
		c['schedulers'] = [schedulers.ForceScheduler(name="force", builderNames=list(factories))]
		c['configurators'] = [util.JanitorConfigurator(logHorizon=datetime.timedelta(seconds=0), hour=4)]
		c['www'] = {'port': 'tcp:$port:interface=127.0.0.1', 'plugins': {}}
		c['buildbotURL'] = "http://127.0.0.1:$port/"
		c['db'] = {'db_url': "sqlite:///state.sqlite"}
		c['buildbotNetUsageData'] = None
		c['logCompressionMethod'] = 'gz'
	END
}

api() { # METHOD PATH PARAMS: a call that changes something
	answer=$(curl -s -X POST -H 'Content-Type: application/json' "http://127.0.0.1:$port/api/v2/$2" \
		-d "{\"method\":\"$1\",\"jsonrpc\":\"2.0\",\"id\":1,\"params\":$3}")
	contains "the answer to $1 $2 $3" "$answer" '"result"'
}

builder_id() {
	curl -s "http://127.0.0.1:$port/api/v2/builders?name=$1&field=name&field=builderid" | tr -dc '0-9 ' | awk '{ print $1 }'
}

force() { # BUILDER [SCHEDULER]
	api force "forceschedulers/${2:-force}" "{\"builderid\":\"$(builder_id "$1")\"}"
}

# How many builds have ended.
are_complete() {
	sleep 0.1
	[ "$(curl -s "http://127.0.0.1:$port/api/v2/builds?complete=true&field=complete&field=buildid" | grep -c buildid)" = "$1" ]
}

reconfigured() {
	[ "$(grep -c 'configuration update complete' master.log)" -ge "$1" ]
}

is_up() {
	sleep 0.1
	curl -s "http://127.0.0.1:$port/api/v2/workers" | grep -q connected_to.: &&
		grep -q 'BuildMaster is running' master.log
}

start_master() {
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	export no_proxy=127.0.0.1
	write_master
	(cd master && exec env PYTHONPATH="$PWD/../www" twistd3 --nodaemon --pidfile= -y buildbot.tac) >master.log 2>&1 &
	master=$!
	trap stop_master EXIT
	wait_for 60 is_up
	url=http://127.0.0.1:$port/
}

stop_master() {
	trap - EXIT
	kill "$master"
	wait "$master"
}

ingest() { # STORE WHERE
	succeeds "$FT" ingest --json --db "$@"
}

counts() {
	echo "$out" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(*[d[w] for w in sys.argv[1:]])' "$@"
}

dump() {
	python3 - "$1" <<-'END'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
		    if name != "notes":
		        for row in db.execute(f"SELECT * FROM {name}"):
		            print(name, *row)
	END
}

# Both ways, each into a new store, which is told to hold the same rows.
same() {
	rm -f database.db rest.db
	ingest database.db master
	ingest rest.db "$url"
	dump database.db >database
	dump rest.db >rest
	is "the difference between the ways" "$(diff database rest | head -n 5)" ""
}

# BUILDER NUMBER RESULT COLOR of the builds in a store; build.h has the numbers.
results() {
	python3 -c '
import sqlite3, sys
for row in sorted(sqlite3.connect(sys.argv[1]).execute("SELECT n.text, b.number, b.result, b.color FROM builds b JOIN names n ON n.id = b.builder")):
    print(*row)' "$1"
}

# Catches anything between a real master and the store: what its tables and its REST interface say,
# each compression of its logs, results of each kind, and logs that its Janitor has deleted.
test_real() {
	need twistd3 "python3-twisted, buildbot"
	need curl curl
	need_that "no buildbot (packages buildbot, buildbot-worker)" /usr/bin/python3 -c 'import buildbot, buildbot_worker'
	need_that "no test suite (package libpython3.11-testsuite)" python3.11 -c 'import test.libregrtest'
	start_master
	for builder in slow flaky red boom; do
		force $builder
	done
	wait_for 60 are_complete 3
	ingest database.db master
	is "while one runs" "$(counts new same unread lost)" "3 0 0 0"
	api stop builds/1 '{"reason":"enough"}'
	wait_for 30 are_complete 4
	ingest database.db master/state.sqlite
	is "when it was stopped" "$(counts new same)" "1 0"
	ingest rest.db "$url"
	is "by REST" "$(counts new same unread lost tests)" "4 0 0 0 4"
	is "the builds" "$(results database.db)" "boom 1 5 4
flaky 1 1 2
red 1 3 3
slow 1 7 4"
	n=0 methods="bz2 raw" codecs="[0, 1, 2]"
	! /usr/bin/python3 -c 'import lz4' || methods="bz2 lz4 raw" codecs="[0, 1, 2, 3]" # package python3-lz4
	for method in $methods; do
		sed -i "s/\(logCompressionMethod'\] = \).*/\1'$method'/" master/master.cfg
		n=$((n + 1))
		kill -HUP "$master"
		wait_for 30 reconfigured $n
		force flaky
		wait_for 60 are_complete $((4 + n))
	done
	ingest database.db master
	is "more" "$(counts new same unread lost tests)" "$n 0 0 0 $((2 * n))"
	ingest rest.db "$url"
	is "more, by REST" "$(counts new same unread lost tests)" "$n 0 0 0 $((2 * n))"
	ingest rest.db "$url"
	is "nothing new" "$(counts new same changed)" "0 0 0"
	ingest database.db "$url" master
	is "nothing new, the other way" "$(counts new same changed)" "0 0 0"
	cp database.db known.db
	same
	is "codecs" "$(python3 -c '
import sqlite3
print(sorted(x for x, in sqlite3.connect("file:master/state.sqlite?mode=ro", uri=True).execute("SELECT DISTINCT compressed FROM logchunks")))')" "$codecs"
	force __Janitor __Janitor_force
	wait_for 30 are_complete $((5 + n))
	ingest known.db master
	is "after the Janitor" "$(counts new same changed)" "1 0 0"
	ingest late.db master
	is "too late" "$(counts new tests lost)" "$((5 + n)) 0 $((2 + n))"
	is "what was known" "$(results known.db | grep -c '^flaky [1-4] 1 2$')" $((1 + n))
}

run_tests "$@"
