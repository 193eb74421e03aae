# A Sinatra application that names the route that served a request in X-Route: ruby sinatra_app.rb list|serve.
require "sinatra/base"
require "webrick"
require "rack/handler/webrick"

class App < Sinatra::Base
  set :host_authorization, permitted_hosts: []
  disable :protection

  ["/", "/users", "/users/me", "/users/:id", "/users/:id/edit", "/say/*/to/*", "/download/*.*", "/opt/?:format?",
   "/p/:a.:b", "/files/*", "/near/:lat-:lng", "/x/:name.json", "/maybe/:id?", "/ä/:x"].each do |path|
    get(path) { headers("X-Route" => path.b) && "" }
  end
  post("/users") { headers("X-Route" => "/users") && "" }
end

if ARGV[0] == "list"
  App.routes.each { |verb, routes| routes.each { |route| puts "#{verb} #{route[0]}" } }
else
  server = WEBrick::HTTPServer.new(BindAddress: "127.0.0.1", Port: 0, AccessLog: [], Logger: WEBrick::Log.new(nil, 0))
  server.mount("/", Rack::Handler::WEBrick, App)
  puts "listening on #{server.listeners[0].addr[1]}"
  $stdout.flush
  server.start
end
