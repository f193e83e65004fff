# What the operator chose: the environment, else .env, else the default below. Every problem is said at once.

require "shellwords"

class Choices
  DEFAULTS = {
    "REGION" => "fra1",
    "IMAGE" => "debian-12-x64",
    "SSH_KEY" => "~/.ssh/id_ed25519",
    "SSH_KEY_NAME" => "minitwit",
    "WORKERS" => "2",
    "SIZE_CI" => "s-2vcpu-4gb",
    "SIZE_MANAGER" => "s-2vcpu-4gb",
    "SIZE_WORKER" => "s-1vcpu-2gb",
    "SIZE_DATABASE" => "s-2vcpu-4gb",
    "SIZE_LOGGING" => "s-4vcpu-8gb",
    "BRANCH" => "main",
    "PUBLIC_SIMULATOR" => "false"
  }.freeze

  # Whom Alertmanager tells, and where Grafana's links lead. Without them alerts are only shown, and those links lead nowhere.
  OPTIONAL = %w[SMTP_HOST SMTP_USER MAIL_FROM MAIL_TO WEBHOOK_URL DOCS_URL].freeze

  # A secret or a fact that nobody but the operator knows has no default.
  WANTED = {
    "DIGITALOCEAN_TOKEN" => "the token of DigitalOcean's API",
    "DOMAIN" => "the site's host name; the API's is api. and this",
    "REPOSITORY" => "the address that the CI server clones from"
  }.freeze

  # The stack's secrets that cannot be made up, by the choice that names the file with each.
  SECRET_FILES = {
    "TLS_CERTIFICATE_FILE" => "tls_certificate",
    "TLS_KEY_FILE" => "tls_key",
    "SIMULATOR_PASSWORD_FILE" => "simulator_password"
  }.freeze

  # Those that only who has alerts sent has.
  OPTIONAL_FILES = {
    "SMTP_PASSWORD_FILE" => "smtp_password",
    "WEBHOOK_TOKEN_FILE" => "webhook_token"
  }.freeze

  # What a role answers to from outside; everything else is for our own machines.
  OPEN_PORTS = {
    "ci" => "22", "manager" => "22 80 443", "worker" => "22", "database" => "22", "logging" => "22"
  }.freeze

  def self.read(environment, file)
    written = File.exist?(file) ? File.readlines(file, chomp: true) : []
    pairs = written.filter_map { |line| line.match(/\A\s*([A-Z_]+)=(.*?)\s*\z/)&.captures }
    given = pairs.to_h.merge(environment.to_h).reject { |_, value| value.empty? }
    choices = new(DEFAULTS.merge(given))
    # abort, because Vagrant shows any other exception in a Vagrantfile with its own page of text around it.
    abort(choices.problems.join("\n")) unless choices.problems.empty?
    choices
  end

  def initialize(values)
    @values = values
  end

  def [](name)
    @values[name]
  end

  # "NAME=value NAME=value", safe in a shell.
  def shell(*names)
    names.map { |name| "#{name}=#{self[name]}".shellescape }.join(" ")
  end

  # What docker-stack.yml has to know of this installation.
  def for_the_stack
    ["DOMAIN", "PUBLIC_SIMULATOR", *OPTIONAL.select { |name| self[name] }].map { |name| "#{name}=#{self[name]}" }
  end

  # Name and role of each machine, in the order in which they are made: who the others need comes first.
  def machines
    workers = (1..Integer(self["WORKERS"], 10)).map { |number| ["worker-#{number}", "worker"] }
    { "ci" => "ci", "manager" => "manager", **workers.to_h, "database" => "database", "logging" => "logging" }
  end

  def problems
    missing = WANTED.reject { |name, _| self[name] }
    found = missing.map { |name, words| "#{name} is not set: #{words}. Write it into .env (see .env.example)." }
    found << "WORKERS has to be a whole number from 1 to 99." unless self["WORKERS"].match?(/\A[1-9]\d?\z/)
    found
  end

  # The content of each file above. Raises a sentence when one is not given or not there.
  def secrets
    wanted = SECRET_FILES.merge(OPTIONAL_FILES.select { |choice, _| self[choice] })
    wanted.to_h do |choice, secret|
      raise Swarm::Stopped, "#{choice} is not set: it names the file with the secret #{secret}." unless self[choice]
      [secret, File.read(File.expand_path(self[choice]))]
    rescue SystemCallError => error
      raise Swarm::Stopped, "#{choice} names a file that cannot be read: #{error.class.name.split("::").last}."
    end
  end
end
