#!/usr/bin/python3
"""A bare WebKitGTK window for WebKitWebDriver, which Debian packages without a browser of its own."""
import os
import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2

log = open(os.environ["WEBKIT_LOG"], "a", buffering=1)
context = WebKit2.WebContext.new_ephemeral()
context.set_automation_allowed(True)
if os.environ.get("WEBKIT_PROXY"):
    manager = context.get_website_data_manager()
    proxy = WebKit2.NetworkProxySettings.new("http://" + os.environ["WEBKIT_PROXY"], None)
    manager.set_network_proxy_settings(WebKit2.NetworkProxyMode.CUSTOM, proxy)
    manager.set_tls_errors_policy(WebKit2.TLSErrorsPolicy.IGNORE)

# Errors of the page, as its developer tools would show them.
WATCH = """(() => {
  const post = (text) => { try { window.webkit.messageHandlers.problems.postMessage(text) } catch {} };
  const error = console.error.bind(console);
  console.error = (...values) => { post('error: ' + values.map(String).join(' ')); error(...values) };
  addEventListener('error', (event) => { if (event.message) post('pageerror: ' + event.message) }, true);
  addEventListener('unhandledrejection', (event) => post('unhandledrejection: ' + event.reason));
  addEventListener('securitypolicyviolation', (event) => post('CSP: ' + event.violatedDirective + ' ' + event.blockedURI));
})()"""


def make(related=None):
    if related is None:
        content = WebKit2.UserContentManager()
        content.register_script_message_handler("problems")
        content.connect(
            "script-message-received::problems",
            lambda _, result: print(result.get_js_value().to_string(), file=log, flush=True),
        )
        content.add_script(
            WebKit2.UserScript(
                WATCH, WebKit2.UserContentInjectedFrames.ALL_FRAMES, WebKit2.UserScriptInjectionTime.START, None, None
            )
        )
        view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True, user_content_manager=content)
    else:
        view = WebKit2.WebView(related_view=related)
    window = Gtk.Window()
    window.set_decorated(False)
    window.set_default_size(1200, 800)
    window.add(view)
    window.show_all()
    view.connect("create", lambda opener, _: make(opener))
    view.connect("close", lambda _: window.destroy())
    view.grab_focus()
    return view


def automated(_, session):
    info = WebKit2.ApplicationInfo.new()
    info.set_name("webkit-window")
    session.set_application_info(info)
    session.connect("create-web-view", lambda _: make())


context.connect("automation-started", automated)
GLib.timeout_add_seconds(1800, Gtk.main_quit)
Gtk.main()
