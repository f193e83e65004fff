# Stands in for the provider digital_ocean, under its name and with its settings: its droplets are containers with systemd
# and sshd. The engine that DOCKER_HOST names has an image droplet:bookworm and the networks outside, which becomes eth0,
# and private, eth1: at a restart Docker counts them in the order of the alphabet. MIRROR is where droplets pull from.

require "open3"

module Droplets
  # What systemd and an engine of its own need in there; not everything, so that they can run where little is allowed.
  ALLOWED = %w[--cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined --security-opt apparmor=unconfined
               --security-opt systempaths=unconfined --cgroupns private --tmpfs /run:exec --tmpfs /run/lock
               --tmpfs /tmp:exec --volume /var/lib/docker --stop-signal SIGRTMIN+3].freeze

  class Config < Vagrant.plugin("2", :config)
    attr_accessor(:token, :region, :image, :size, :ssh_key_name, :private_networking, :monitoring, :tags)
  end

  def self.docker(*command)
    said, complaint, status = Open3.capture3("docker", *command)
    raise "docker #{command.first}: #{complaint}" unless status.success?
    said.strip
  end

  class Provider < Vagrant.plugin("2", :provider)
    def initialize(machine)
      @machine = machine
    end

    def state
      running = @machine.id && Droplets.docker("inspect", "--format", "{{.State.Running}}", @machine.id)
      name = { nil => :not_created, "true" => :active, "false" => :off }.fetch(running)
      Vagrant::MachineState.new(name, name.to_s, name.to_s)
    end

    def ssh_info
      return unless state.id == :active
      address = Droplets.docker("inspect", "--format", "{{.NetworkSettings.Networks.outside.IPAddress}}", @machine.id)
      { host: address, port: 22, username: "root" }
    end

    def action(name)
      provision = Vagrant::Action::Builtin::Provision
      steps = { up: [Create, provision], provision: [provision], ssh_run: [Vagrant::Action::Builtin::SSHRun],
                destroy: [Vagrant::Action::Builtin::DestroyConfirm, Destroy], reload: [Restart] }.fetch(name, [])
      Vagrant::Action::Builder.new.tap { |builder| steps.each { |step| builder.use(step) } }
    end
  end

  class Step
    def initialize(app, _env)
      @app = app
    end

    def wait_for_ssh(machine)
      100.times { machine.communicate.ready? ? return : sleep(0.2) }
      raise "#{machine.name} does not answer by ssh"
    end
  end

  class Create < Step
    def call(env)
      machine = env[:machine]
      return @app.call(env) if machine.id
      key = File.read("#{machine.config.ssh.private_key_path.first}.pub")
      machine.id = Droplets.docker("run", "--detach", "--hostname", machine.config.vm.hostname, "--name", machine.name.to_s,
                                   *ALLOWED, "--network", "outside", "droplet:bookworm")
      Droplets.docker("network", "connect", "private", machine.id)
      # An engine in there has no use for the name server that Docker gives a container.
      options = "--registry-mirror=http://#{ENV.fetch("MIRROR")} --dns=#{ENV.fetch("NAME_SERVER")}"
      Droplets.docker("exec", machine.id, "sh", "-c", "echo 'DOCKER_OPTS=#{options}' >/etc/rehearsal")
      Droplets.docker("exec", machine.id, "sh", "-c", "echo '#{key.strip}' >/root/.ssh/authorized_keys")
      wait_for_ssh(machine)
      @app.call(env)
    end
  end

  class Restart < Step
    def call(env)
      Droplets.docker("restart", env[:machine].id)
      wait_for_ssh(env[:machine])
      @app.call(env)
    end
  end

  class Destroy < Step
    def call(env)
      return unless env[:result]
      Droplets.docker("rm", "--force", "--volumes", env[:machine].id)
      env[:machine].id = nil
      @app.call(env)
    end
  end

  class Plugin < Vagrant.plugin("2")
    name "droplets"
    config(:digital_ocean, :provider) { Config }
    provider(:digital_ocean, defaultable: true, parallel: false) { Provider }
  end
end
