import audiences from '../../../i18n/app.audiences.en.ftl?raw'
import events from '../../../i18n/app.events.en.ftl?raw'
import imports from '../../../i18n/app.imports.en.ftl?raw'
import inbox from '../../../i18n/app.inbox.en.ftl?raw'
import onboarding from '../../../i18n/app.onboarding.en.ftl?raw'
import people from '../../../i18n/app.people.en.ftl?raw'
import plan from '../../../i18n/app.plan.en.ftl?raw'
import settings from '../../../i18n/app.settings.en.ftl?raw'
import shell from '../../../i18n/app.shell.en.ftl?raw'

export default [shell, imports, inbox, people, plan, audiences, settings, onboarding, events]
