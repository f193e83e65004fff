# What no machine can do alone: tell all of them who is there, hand the manager's token to those who join, drain who
# leaves. It goes through Vagrant's own ssh; a token is neither printed nor written to a disk, here or there.

require "shellwords"

module Swarm
  STEPS = "/usr/local/lib/minitwit"
  PROVISIONED = "/var/lib/minitwit-provisioned" # made by the last step, once: Docker and the firewall stand

  # A sentence for the operator: Vagrant shows it as it is and ends with 1.
  class Stopped < Vagrant::Errors::VagrantError
    def initialize(sentence)
      @sentence = sentence
      super()
    end

    def error_message
      @sentence
    end
  end

  LOCK = Mutex.new # Vagrant may make machines in parallel

  class << self
    # After any machine came up: everything that is there so far becomes one swarm. Doing it again changes nothing.
    def settle(env, choices)
      LOCK.synchronize do
        ready = ready(env, choices)
        addresses = introduce(ready)
        next unless ready["manager"]
        trust(ready, addresses) if ready["ci"] # before: who joins gets work at once, and pulls it
        join(ready, addresses)
        label(ready, choices)
        give_secrets(ready["manager"], choices)
        release(env, ready, addresses, choices) if ready.keys == choices.machines.keys
      end
    end

    # Before a machine is destroyed: its tasks move while they can still finish what they have begun.
    def drain(env, choices, machine)
      tell_manager(env, choices, "drain", machine)
    end

    # After it is destroyed. When the operator said no instead, it is still there and is taken back.
    def forget(env, choices, machine)
      return settle(env, choices) if machine.id
      tell_manager(env, choices, "forget", machine)
      LOCK.synchronize { introduce(ready(env, choices)) }
    end

    private

    def tell_manager(env, choices, what, machine)
      manager = ready(env, choices)["manager"]
      run(manager, "leave", what, machine.name) if manager && machine.name != :manager && in_swarm?(machine.name.to_s)
    end

    def in_swarm?(name)
      name != "ci"
    end

    # The machines that are up and provisioned, by name, in the order of making.
    def ready(env, choices)
      active = env.active_machines.to_h
      choices.machines.keys.filter_map { |name|
        next unless (provider = active[name.to_sym])
        machine = env.machine(name.to_sym, provider)
        up = machine.state.id == :active && machine.communicate.test("test -e #{PROVISIONED}")
        [name, machine] if up
      }.to_h
    end

    # Tells each who is there, and returns their private addresses by name.
    def introduce(ready)
      addresses = ready.transform_values { |machine| run(machine, "address") }
      list = addresses.map { |name, address| "#{address} #{name}\n" }.join
      ready.each_value { |machine| run(machine, "machines", given: list) }
      addresses
    end

    def trust(ready, addresses)
      certificate = run(ready["ci"], "registry", addresses["ci"])
      ready.each_value { |machine| run(machine, "trust", addresses["ci"], given: certificate) }
    end

    def join(ready, addresses)
      manager = ready["manager"]
      run(manager, "swarm", "init", addresses["manager"])
      token = secret(run(manager, "swarm", "token"))
      known = run(manager, "swarm", "nodes")
      ready.each do |name, machine|
        next unless in_swarm?(name) && name != "manager"
        run(machine, "swarm", "join", addresses[name], addresses["manager"], given: "#{token}\n#{known}\n")
      end
    end

    def label(ready, choices)
      roles = ready.keys.select { |name| in_swarm?(name) }.map { |name| "#{name}=#{choices.machines[name]}" }
      run(ready["manager"], "labels", *roles)
    end

    # Base64 keeps a certificate on one line: a secret is a line, its name and its content.
    def give_secrets(manager, choices)
      lines = choices.secrets.map { |name, content| "#{name} #{secret([content].pack("m0"))}" }
      run(manager, "secrets", given: lines.join("\n"))
    end

    # All machines are there: the CI server may ask the manager for a release.
    def release(env, ready, addresses, choices)
      ci, manager = ready["ci"], ready["manager"]
      facts = ["REGISTRY=#{addresses["ci"]}:5000", *choices.for_the_stack]
      host_key = run(manager, "allow", *facts, given: run(ci, "ci", "key"))
      run(ci, "ci", "start", addresses["ci"], addresses["manager"], given: host_key)
      env.ui.info("Every machine is in the swarm. The CI server tests, builds and releases now; to watch it:\n" \
                  "vagrant ssh ci -c 'journalctl -fu minitwit-ci'")
    end

    # Runs a step on a machine, returns what it prints. `given` arrives on its stdin, so it is in no list of processes.
    def run(machine, step, *arguments, given: nil)
      command = ["sh", "#{STEPS}/#{step}.sh", *arguments.map(&:to_s)].shelljoin
      command += " <<'END OF WHAT IS GIVEN'\n#{given.chomp}\nEND OF WHAT IS GIVEN" if given
      said = { stdout: +"", stderr: +"" }
      status = machine.communicate.execute(command, error_check: false) { |stream, text| said[stream] << text }
      return said[:stdout].strip if status.zero?
      raise Stopped, "#{step}.sh on #{machine.name} says: #{said[:stderr].strip} " \
                     "When that is cured, `vagrant provision #{machine.name}` goes on from there."
    end

    # Takes the text out of everything that Vagrant itself may log.
    def secret(text)
      Vagrant::Util::CredentialScrubber.sensitive(text)
      text
    end
  end
end
