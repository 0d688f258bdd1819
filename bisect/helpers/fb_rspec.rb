# flake-bisect inside RSpec: `rspec -r THIS ...` with FLAKE_BISECT_MODE in the
# environment (without it: nothing happens).
#
#   list   load the suite, write its examples to FLAKE_BISECT_LIST, run nothing
#   run    load the files of the examples named in FLAKE_BISECT_TESTS, run those in
#          that order, write FLAKE_BISECT_RESULTS where that is given
#   serve  load the suite once, answer questions on standard input, each in a forked
#          child
#
# An example's name is its id, "./a_spec.rb[1:2:1]".  Examples run as RSpec's own
# runner would run them: groups as a whole with their hooks, wherever the order
# asked for allows that; where it does not, a group is entered again.

module FlakeBisect
  ESCAPES = { "\\" => "\\\\", "\t" => "\\t", "\n" => "\\n" }.freeze

  def self.escape(text)
    text.to_s.b.gsub(/[\\\x00-\x1f\x7f]/n) { |c| ESCAPES[c] || format("\\x%02x", c.ord) }
  end

  def self.unescape(text)
    text.b.gsub(/\\(?:x(\h\h)|(.))/n) { $1 ? $1.hex.chr : { "t" => "\t", "n" => "\n" }.fetch($2, $2) }
  end

  def self.read_names(path)
    names = File.binread(path).split("\n").reject { |l| l.empty? || l.start_with?("#") }
    names.map { |l| unescape(l).force_encoding(Encoding::UTF_8) }
  end

  # Runs of examples that RSpec's own order can produce within one top-level group;
  # stands in for that group in Runner#run_specs.
  class Stretch
    attr_reader :top, :examples

    def initialize(top)
      @top = top
      @examples = []
    end

    def descendants
      [self]
    end

    def filtered_examples
      @examples
    end

    def run(reporter)
      Suite.choose(@examples)
      @top.run(reporter)
    end
  end

  # What was loaded, in the order in which RSpec would run it.
  module Suite
    class << self
      attr_reader :examples

      def take(groups)
        @examples = []
        @place = {}
        groups.each { |group| visit(group) }
        @taken = true
        @by_name = {}
        @examples.each { |example| @by_name[example.id] ||= example }
        @asked = {}
      end

      # The name under which the example was asked for.
      def name_of(example)
        @asked.fetch(example, example.id)
      end

      # The order of each group's examples and children is asked for once: an order that is
      # drawn anew at each call must not change under us.
      def order_of(items)
        items.sort_by { |item| @place.fetch(item) { @place.size } }
      end

      def stretches(ids)
        list = []
        last = -1
        ids.map { |id| find(id) }.compact.each do |example|
          top = example.example_group.parent_groups.last
          list << Stretch.new(top) if list.empty? || list.last.top != top || @place[example] < last
          list.last.examples << example
          last = @place[example]
        end
        list
      end

      def choose(examples)
        chosen = examples.group_by(&:example_group)
        table = Hash.new { |hash, group| hash[group] = chosen.fetch(group, []) }
        RSpec.world.instance_variable_set(:@filtered_examples, table)
        forget(examples.first.example_group.parent_groups.last)
      end

      def taken?
        @taken
      end

      private

      # A hand-written list may lack the "./".
      def find(id)
        example = @by_name[id] || @by_name["./" + id]
        @asked[example] = id if example
        example
      end

      def visit(group)
        @place[group] = @place.size
        group.ordering_strategy.order(group.filtered_examples).each do |example|
          @place[example] = @place.size
          @examples << example
        end
        group.ordering_strategy.order(group.children).each { |child| visit(child) }
      end

      # Groups remember which of their examples were filtered.
      def forget(group)
        group.instance_variable_set(:@descendant_filtered_examples, nil)
        group.children.each { |child| forget(child) }
      end
    end
  end

  # Keeps the order that take() saw.
  module Order
    class Kept
      def order(items)
        Suite.order_of(items)
      end
    end

    def ordering_strategy
      Suite.taken? ? Kept.new : super
    end
  end

  # Writes how each example ended, at once: what a crash leaves behind is true.
  class Results
    def initialize(path)
      @path = path
      @file = File.open(path || File::NULL, "ab")
      @file.sync = true
    end

    def listen(reporter)
      reporter.register_listener(self, :example_passed, :example_failed, :example_pending)
    end

    def example_passed(notification)
      write("p", notification.example)
    end

    def example_failed(notification)
      write("f", notification.example)
    end

    def example_pending(notification)
      write("s", notification.example)
    end

    def finish
      @file.write("end\n")
      @file.close
    end

    private

    def write(status, example)
      result = example.execution_result
      line = [status, (result.run_time.to_f * 1e6).round, FlakeBisect.escape(Suite.name_of(example))]
      line << FlakeBisect.escape(FlakeBisect.describe(result.exception)) if status == "f"
      @file.write(line.join("\t") + "\n")
    end
  end

  def self.describe(exception)
    return "" unless exception
    parts = exception.respond_to?(:all_exceptions) ? exception.all_exceptions : [exception]
    parts.map { |e| "#{e.class}: #{e.message.to_s.strip}" }.join("; ")[0, 2000]
  end

  # Errors outside of examples: hooks of the suite, files that cannot be loaded.
  def self.note_error(text)
    return unless @error_path
    File.open(@error_path, "ab") { |f| f.write(escape(text) + "\n") }
  rescue SystemCallError
    nil
  end

  def self.error_path=(path)
    @error_path = path
  end

  module Errors
    def notify_non_example_exception(exception, context)
      FlakeBisect.note_error("#{context.to_s.strip} #{FlakeBisect.describe(exception)}")
      super
    end
  end

  module Files
    def files_to_run
      FlakeBisect.needed_files(super)
    end
  end

  # Of the suite's files those that hold the examples asked for; all when one of them
  # is no file of its own (it is loaded by another).
  def self.needed_files(files)
    return files unless @ids
    @wanted ||= @ids.map { |id| File.expand_path(id.sub(/\[[\d:,\s]*\]\z/, "")) }.uniq
    return files unless (@wanted - files.map { |f| File.expand_path(f) }).empty?
    files.select { |f| @wanted.include?(File.expand_path(f)) }
  end

  # What the user's options would do to every question alike.
  def self.calm(config)
    config.force(:fail_fast => nil, :dry_run => false) # over the command line
    config.example_status_persistence_file_path = nil
    SimpleCov.pid = nil if defined?(SimpleCov) && SimpleCov.respond_to?(:pid=)
  end

  module Runner
    def run_specs(groups)
      FlakeBisect.calm(@configuration)
      Suite.take(groups)
      case FlakeBisect::MODE
      when "list" then FlakeBisect.list(@configuration, ENV["FLAKE_BISECT_LIST"])
      when "run" then super(FlakeBisect.begin_run(@configuration, ENV["FLAKE_BISECT_RESULTS"])).tap { FlakeBisect.end_run }
      when "serve" then FlakeBisect::Server.new(@configuration) { |stretches| super(stretches) }.serve
      end
    end
  end

  def self.list(config, path)
    File.open(path, "wb") do |f|
      f.puts("# seed #{config.seed}") if config.seed_used?
      Suite.examples.each { |example| f.puts(escape(example.id)) }
      f.puts("# end")
    end
    0
  end

  def self.begin_run(config, path)
    @results = Results.new(path)
    @results.listen(config.reporter)
    Suite.stretches(@ids)
  end

  def self.end_run
    @results.finish
  end

  def self.ids=(ids)
    @ids = ids
  end

  # The fork server; ex_warm.h has the protocol.
  class Server
    def initialize(config, &run)
      @config = config
      @run = run
      @lock = Mutex.new
      @children = {}
    end

    def serve
      load_late_parts
      GC.start
      say("ready #{Suite.examples.size}")
      while (line = IN.gets)
        word, first, rest = line.chomp.split(" ", 3)
        case word
        when "list" then list(line.chomp.split(" ", 2)[1])
        when "run" then start(first, rest)
        end
      end
      @lock.synchronize { @children.each_key { |pid| kill(pid) } }
      exit!(0)
    end

    private

    def say(line)
      OUT.write(line + "\n")
    end

    # What RSpec itself loads when examples start to run or fail, so that no child has to.
    def load_late_parts
      %w[hunk_generator differ source].each { |name| RSpec::Support.require_rspec_support(name) }
      %w[ripper pp stringio].each { |name| require name }
      %i[ProgressFormatter DocumentationFormatter].each { |name| RSpec::Core::Formatters.const_get(name) }
      RSpec::Core::Profiler
      %i[Eq Be].each { |name| RSpec::Matchers::BuiltIn.const_get(name) }
    rescue LoadError, NameError
      nil
    end

    def kill(pid)
      Process.kill(:KILL, -pid)
    rescue SystemCallError
      nil
    end

    def list(path)
      FlakeBisect.list(@config, path)
      say("listed #{Suite.examples.size}")
    end

    def start(id, dir)
      began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :microsecond)
      @lock.synchronize do
        pid = fork { child(dir) }
        set_group(pid, pid)
        @children[pid] = id
        say("started #{id} #{pid}")
        Thread.new { reap(id, pid, began) }
      end
    end

    # The zombie is reaped with the lock held, so that nobody kills a stranger's group.
    def reap(id, pid, began)
      _, status = Process.wait2(pid)
      took = Process.clock_gettime(Process::CLOCK_MONOTONIC, :microsecond) - began
      @lock.synchronize do
        @children.delete(pid)
        say("ended #{id} #{status.to_i} #{took}")
      end
    end

    def set_group(pid, group)
      Process.setpgid(pid, group)
    rescue SystemCallError
      nil
    end

    # Ends without at_exit handlers: they belong to the suite that was loaded once.
    def child(dir)
      status = 1
      set_group(0, 0)
      IN.close
      OUT.close
      output = File.open(File.join(dir, "output"), "ab")
      $stdout.reopen(output)
      $stderr.reopen(output)
      $stdout.sync = true
      ENV["TMPDIR"] = File.join(dir, "tmp")
      srand if Random.seed == FIRST_SEED
      FlakeBisect.error_path = File.join(dir, "results.error")
      FlakeBisect.ids = FlakeBisect.read_names(File.join(dir, "tests"))
      status = @run.call(FlakeBisect.begin_run(@config, File.join(dir, "results")))
      FlakeBisect.end_run
    rescue SystemExit => e
      status = e.status
    rescue Exception => e # rubocop:disable Lint/RescueException -- whatever ends the child is told
      warn "#{e.class}: #{e.message}"
    ensure
      $stdout.flush
      exit!(status.is_a?(Integer) ? status : 1)
    end
  end

  MODE = ENV["FLAKE_BISECT_MODE"]
  FIRST_SEED = Random.seed
end

case FlakeBisect::MODE
when "list", "run", "serve"
  if FlakeBisect::MODE == "run"
    FlakeBisect.ids = FlakeBisect.read_names(ENV["FLAKE_BISECT_TESTS"])
    FlakeBisect.error_path = ENV["FLAKE_BISECT_RESULTS"] && ENV["FLAKE_BISECT_RESULTS"] + ".error"
  elsif FlakeBisect::MODE == "list"
    FlakeBisect.error_path = ENV["FLAKE_BISECT_LIST"] + ".error"
  else
    FlakeBisect::IN = $stdin.dup
    FlakeBisect::OUT = $stdout.dup
    FlakeBisect::OUT.sync = true # a buffer would be forked with its bytes
    $stdin.reopen(File::NULL)
    $stdout.reopen($stderr)
  end
  RSpec::Core::Runner.prepend(FlakeBisect::Runner)
  RSpec::Core::Configuration.prepend(FlakeBisect::Files)
  RSpec::Core::Reporter.prepend(FlakeBisect::Errors)
  RSpec::Core::ExampleGroup.singleton_class.prepend(FlakeBisect::Order)
end
