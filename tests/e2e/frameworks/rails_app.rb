# A Rails application in one file that names the route that served a request in X-Route: ruby rails_app.rb list|serve.
require "action_controller/railtie"
require "action_dispatch/routing/inspector"
require "webrick"
require "rack/handler/webrick"

class App < Rails::Application
  config.eager_load = false
  config.secret_key_base = "x"
  config.hosts.clear
  config.logger = Logger.new(nil)
end

class PagesController < ActionController::Base
  def show
    App.routes.router.recognize(request) { |route, _| response.headers["X-Route"] ||= route.path.spec.to_s }
    head :ok
  end
  alias index show
  alias create show
  alias edit show
  alias update show
end

App.initialize!
App.routes.draw do
  root "pages#show"
  get "users/me", to: "pages#show"
  resources :users, controller: "pages", only: %i[index create show edit update] do
    resources :photos, controller: "pages", only: %i[index show], constraints: { id: /\d+/ }
  end
  get "files/*filename", to: "pages#show"
  get "exact", to: "pages#show", format: false
  get "opt(/:id)", to: "pages#show"
  match "any", to: "pages#show", via: :all
  get "mid/*a/tail", to: "pages#show"
  get "codes/:code", to: "pages#show", constraints: { code: /[A-Z]{2}\d+/ }
  mount ->(_) { [200, { "X-Route" => "/rack" }, []] }, at: "/rack"
end

if ARGV[0] == "list"
  inspector = ActionDispatch::Routing::RoutesInspector.new(App.routes.routes)
  puts inspector.format(ActionDispatch::Routing::ConsoleFormatter::Sheet.new)
else
  server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: 0, AccessLog: [], Logger: WEBrick::Log.new(nil, 0))
  server.mount("/", Rack::Handler::WEBrick, App)
  puts "listening on #{server.listeners[0].addr[1]}"
  $stdout.flush
  server.start
end
