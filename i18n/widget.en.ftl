## Launcher: the button on the host page. Only the loader uses these.

launcher-name = Chat
launcher-name-unread = Chat, { $count } unread
launcher-loading = Opening the chat… If it takes long, please try again later.
launcher-close = Close the chat

## Frame and header

chat-title = Chat
chat-close = Close the chat
chat-language = Magyar
chat-sound = Sound for new messages
chat-online = We are online
chat-away = We are away at the moment
chat-away-greeting = We are away at the moment. Leave a message here and we will reply.
chat-unavailable = This chat is not available.
chat-start-failed = The chat could not be started. What you write is kept and will be sent as soon as there is a connection.

## Connection

connection-offline = No connection. Your messages are kept and will be sent by themselves.
connection-back = Connected again.
connection-retry = Try now

## Messages

messages-name = Messages
messages-loading = Loading earlier messages…
message-you = You
message-sending = Sending…
message-waiting = Waiting for a connection
message-sent = Sent
message-seen = Seen
message-failed = Not sent
message-retry = Try again
message-discard = Delete
message-failed-announcement = A message was not sent. You can try again.
messages-latest = Go to the latest message
typing-someone = Someone is typing…
typing-name = { $name } is typing…
day-today = Today
day-yesterday = Yesterday

## Composer

composer-label = Your message
composer-placeholder = Write a message…
composer-send = Send
composer-attach = Attach a file
composer-drop = Drop the files here
attachment-uploading = { $name }: uploading, { $percent } %
attachment-remove = Remove { $name }
attachment-cancel = Cancel uploading { $name }
attachment-retry = Try uploading { $name } again
attachment-ready = { $name } is attached.
attachment-failed = { $name } could not be uploaded.
attachment-too-large = { $name } is too large. A file may be at most { $limit } MB.
attachment-new-tab = opens in a new tab
attachment-wait = Wait until the files are uploaded, then send.

## E-mail capture

email-title = Shall we reply by e-mail too?
email-title-away = Where can we reach you?
email-title-required = Your e-mail address
email-help = Leave your address, and our answers will also come by e-mail. You will not miss them if you close this page.
email-help-required = We need your address before the first message. Our answers will also come there by e-mail.
email-label = E-mail address
email-name-label = Name (optional)
email-save = Save
email-later = Not now
email-invalid = Enter an e-mail address like anna@example.com.
email-missing = Enter your e-mail address to send your message.
email-failed = Your address could not be saved. Try again.
email-saved = Our answers also come by e-mail: { $address }
email-change = Change
