# Stands in for the provider digital_ocean, under its name and with its settings, and for ssh: machines are made in the
# memory of Vagrant only, and what would be sent to them is written to the file RECORD, one JSON object a line.
# ANSWERS is a JSON object: a pattern in what is sent, and what the machine prints then, or a number it exits with.

require "json"

module Recorder
  def self.note(**line)
    File.write(ENV.fetch("RECORD"), JSON.generate(line) + "\n", mode: "a")
  end

  class Config < Vagrant.plugin("2", :config)
    SETTINGS = %i[token region image size ssh_key_name private_networking monitoring tags].freeze
    attr_accessor(*SETTINGS)

    def to_h
      SETTINGS.to_h { |name| [name, send(name)] }
    end

    def validate(_machine)
      { "DigitalOcean Provider" => SETTINGS.reject { |name| send(name) }.map { |name| "#{name} is missing" } }
    end
  end

  class Communicator < Vagrant.plugin("2", :communicator)
    def initialize(machine)
      @machine = machine
    end

    def ready?
      true
    end

    def test(command, *)
      execute(command).zero?
    end

    def upload(from, to)
      Recorder.note(machine: @machine.name, upload: from, to: to, script: File.file?(from) ? File.read(from) : nil)
    end

    def sudo(*, **) = 0 # Vagrant itself gives the script it sent to root, who is signed in already

    def execute(command, **)
      Recorder.note(machine: @machine.name, command: command)
      answers = JSON.parse(ENV.fetch("ANSWERS", "{}"))
      answer = answers.find { |pattern, _| "#{@machine.name}: #{command}".match?(pattern) }
      answer = answer ? answer.last : command[/\Aecho; printf (.*)/, 1].to_s # Vagrant asks where a path leads
      return answer.tap { yield(:stderr, "It broke.") if block_given? } if answer.is_a?(Integer)
      yield(:stdout, answer) if block_given?
      0
    end
  end

  class Provider < Vagrant.plugin("2", :provider)
    def initialize(machine)
      @machine = machine
      machine.config.vm.communicator = :recorder
    end

    def state
      name = @machine.id ? :active : :not_created
      Vagrant::MachineState.new(name, name.to_s, name.to_s)
    end

    def ssh_info
      { host: "127.0.0.1", port: 22, username: "root" }
    end

    def action(name)
      steps = { up: [Create, Vagrant::Action::Builtin::Provision], provision: [Vagrant::Action::Builtin::Provision],
                destroy: [Vagrant::Action::Builtin::DestroyConfirm, Destroy] }.fetch(name, [])
      Vagrant::Action::Builder.new.tap { |builder| steps.each { |step| builder.use(step) } }
    end
  end

  class Create
    def initialize(app, _env)
      @app = app
    end

    def call(env)
      machine = env[:machine]
      Recorder.note(machine: machine.name, made: machine.provider_config.to_h, hostname: machine.config.vm.hostname,
                    folders: machine.config.vm.synced_folders) unless machine.id
      machine.id ||= "droplet"
      @app.call(env)
    end
  end

  class Destroy
    def initialize(app, _env)
      @app = app
    end

    def call(env)
      return unless env[:result] # the answer to "Are you sure …?"
      Recorder.note(machine: env[:machine].name, destroyed: true)
      env[:machine].id = nil
      @app.call(env)
    end
  end

  class Plugin < Vagrant.plugin("2")
    name "recorder"
    config(:digital_ocean, :provider) { Config }
    provider(:digital_ocean, defaultable: true, parallel: false) { Provider }
    communicator(:recorder) { Communicator }
  end
end
