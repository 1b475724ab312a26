import audiences from '../../../i18n/app.audiences.hu.ftl?raw'
import events from '../../../i18n/app.events.hu.ftl?raw'
import imports from '../../../i18n/app.imports.hu.ftl?raw'
import inbox from '../../../i18n/app.inbox.hu.ftl?raw'
import onboarding from '../../../i18n/app.onboarding.hu.ftl?raw'
import people from '../../../i18n/app.people.hu.ftl?raw'
import plan from '../../../i18n/app.plan.hu.ftl?raw'
import settings from '../../../i18n/app.settings.hu.ftl?raw'
import shell from '../../../i18n/app.shell.hu.ftl?raw'

export default [shell, imports, inbox, people, plan, audiences, settings, onboarding, events]
