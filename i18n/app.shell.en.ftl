## Before sign-in
language = Language
language-hu = Hungarian
language-en = English
sign-in-title = Sign in to your workspace
sign-in = Sign in
sign-in-wrong = The e-mail address or the password is not right.
sign-in-forgotten = Forgotten password? An administrator of the workspace can set a new one for you.
sign-in-wait = Too many tries. You can try again in { $seconds } { $seconds ->
        [one] second
       *[other] seconds
    }.
sign-in-expired = Your session has ended. What you were writing is kept.
field-email = E-mail address
field-password = Password
field-name = Name
field-phone = Telephone
field-time-zone = Time zone
field-required = Please fill this in.
field-email-invalid = This does not look like an e-mail address.
password-show = Show password
password-hide = Hide password
password-short = The password needs at least { $min } characters.
password-help = At least { $min } characters. A few words in a row are fine.
setup-title = Create your workspace
setup-intro = Kapocs is running. A few things are needed before the first conversation.
setup-token = Setup code
setup-token-help = The server printed it on its console when it started.
setup-workspace = Workspace
setup-workspace-name = Name of the organisation
setup-workspace-help = Your colleagues see it; you can change it later.
setup-administrator = Administrator
setup-create = Create workspace

## Shell
navigation = Main navigation
skip-to-content = Skip to content
inbox = Inbox
customers = Customers
settings = Settings
search = Search
account = Account
account-menu = Account: { $name }, { $state }
my-settings = My settings
sign-out = Sign out
availability = Availability
availability-available = Available
availability-busy = Busy
availability-away = Away
availability-away-help = Nothing is assigned to you automatically.
storage-full = The server's disk is nearly full. Everything can be read, but nothing new can be saved for now. Please tell an administrator.
storage-full-administrator = The server's disk is nearly full, so the server only lets people read. Free some space on the disk of the data folder: work resumes by itself within seconds.
connection-lost = No connection. Drafts are kept; sending resumes by itself.
notices = Notices
close-notice = Dismiss
close-dialog = Close window
cancel = Cancel
save = Save
undo = Undo
retry = Retry
try-again = Try again
more = More
copied = Copied
yes = Yes
no = No
page-not-found = There is nothing at this address
page-not-found-text = The page may have moved, or the link is incomplete.

## Errors
error-offline = The server cannot be reached. Nothing has been lost.
error-unknown = It did not work. Please try again.
error-load-title = This could not be loaded
error-load-text = Your data is safe. Please try again.
error-not-found = Not found
error-not-found-text = It was deleted, or you have no right to see it.
error-request-id = Request id: { $id }

## Palette and shortcuts
palette = Command palette
palette-placeholder = What do you want to do, or whom do you look for?
palette-actions = Actions
palette-places = Go to
palette-settings = Settings
palette-hint = > actions only · @ customers · # conversation number
nothing-found = Nothing found
shortcuts = Keyboard shortcuts
shortcuts-off = Single-key shortcuts are turned off in your settings.
undo-last = Undo last act
go-inbox = Go to Inbox
go-customers = Go to Customers
go-settings = Go to Settings
