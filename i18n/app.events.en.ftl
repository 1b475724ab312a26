settings-events = Live events
settings-events-intro = What pages, apps and servers send through the SDKs, as it comes, and what became of it. The last 300 calls, in memory only.
settings-events-words = sdk segment debugger track identify collection
events-search = Event, or id of a customer
events-outcome = What became of it
events-outcome-all = All calls
events-accepted = Accepted
events-duplicate = Repeated
events-refused = Refused
events-pause = Pause
events-go-on = Resume
events-clear = Clear
events-waiting = { $count ->
    [one] { $count } new call
   *[other] { $count } new calls
}
events-missed = { $count ->
    [one] { $count } call went by faster than it could be shown.
   *[other] { $count } calls went by faster than they could be shown.
}
events-broken = There is no connection to the server: what comes meanwhile is not seen here.
events-empty = Waiting for the next call…
events-none-match = No such call among the last ones
events-received = Received
events-happened = Happened
events-body = What was sent
events-copy-curl = Copy as curl
events-copy-body = Copy the body
events-copy-command = Copy the command
events-first = Waiting for the first event…
events-first-text = This command sends the first one. In the place of <write key> goes the write key that the installation printed.
