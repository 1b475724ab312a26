import { Blocks, CalendarClock, Plus, Target, UserRound, X } from 'lucide-react'
import { useRef } from 'react'
import { useI18n } from '../../i18n/context'
import { Button, IconButton } from '../../ui/button'
import { Select } from '../../ui/field'
import { Menu, MenuItem } from '../../ui/menu'
import { BuilderProvider, useBuilder } from './builder-context'
import { HOWS, type How } from './condition'
import { usePartWords } from './describe'
import { addPart, changePart, emptyParts, type Gap, type Group, type Part, type Root } from './model'
import { AttributeFields, EventFields, KeptText, MemberFields, takeFocus } from './parts'
import type { useWords } from './words'

const MAX_DEPTH = 8

interface Props { root: Root; gaps: Gap[]; self: string | null; words: ReturnType<typeof useWords>; onChange: (root: Root) => void }

/** The condition as a sentence whose words are fields. */
export function Builder({ root, gaps, self, words, onChange }: Props) {
  const fresh = useRef<string | null>(null)
  const add = (group: string, part: Part) => {
    fresh.current = part.id
    onChange(addPart(root, group, part))
  }
  return (
    <BuilderProvider value={{ words, self, gaps, fresh, add, change: (id, change) => onChange(changePart(root, id, change)) }}>
      <GroupFields group={root} depth={1} />
    </BuilderProvider>
  )
}

function GroupFields({ group, depth }: { group: Group; depth: number }) {
  const { t } = useI18n()
  const { change } = useBuilder()
  const options = HOWS.map((id) => ({ id, name: t(`audience-how-${id}`) }))
  return (
    <div className="condition" data-how={group.how}>
      <div className="condition__how">
        <span className="condition__word">{t(depth === 1 ? 'audience-for-whom' : 'audience-where-group')}</span>
        <Select label={t('audience-how')} hideLabel options={options} value={group.how} onChange={(how) => change(group.id, (part) => ({ ...part, how: how as How }) as Group)} />
      </div>
      {group.parts.length === 0 && <p className="condition__none">{t(group.how === 'any' ? 'audience-nobody' : 'audience-everybody')}</p>}
      <ul className="condition__parts">
        {group.parts.map((part, index) => <PartRow key={part.id} part={part} group={group} index={index} depth={depth} />)}
      </ul>
      <AddMenu group={group} depth={depth} />
    </div>
  )
}

function PartRow({ part, group, index, depth }: { part: Part; group: Group; index: number; depth: number }) {
  const { t } = useI18n()
  const { change, fresh } = useBuilder()
  const describe = usePartWords()
  const name = describe(part)
  const remove = () => {
    change(part.id, () => null)
    document.getElementById(addId(group))?.focus()
  }
  return (
    <li>
      <div className="condition__part" role="group" aria-label={name} ref={(box) => takeFocus(box, part.id, fresh)}>
        {index > 0 && <span className="condition__joint">{t(`audience-joint-${group.how}`)}</span>}
        <div className="condition__fields">
          {part.kind === 'group' && <GroupFields group={part} depth={depth + 1} />}
          {part.kind === 'attribute' && <AttributeFields part={part} />}
          {part.kind === 'event' && <EventFields part={part} />}
          {part.kind === 'member' && <MemberFields part={part} />}
          {part.kind === 'kept' && <KeptText part={part} />}
        </div>
        <IconButton size="small" label={t('audience-part-remove', { name })} tooltip={t('audience-remove')} icon={<X size={15} aria-hidden="true" />} onPress={remove} />
      </div>
    </li>
  )
}

const addId = (group: Group) => `add-${group.id}`

function AddMenu({ group, depth }: { group: Group; depth: number }) {
  const { t } = useI18n()
  const { add } = useBuilder()
  const put = (kind: keyof typeof emptyParts) => add(group.id, emptyParts[kind]())
  const trigger = <Button id={addId(group)} size="small" icon={<Plus size={14} aria-hidden="true" />}>{t(depth === 1 ? 'audience-add' : 'audience-add-here')}</Button>
  return (
    <Menu trigger={trigger} label={t('audience-add')} placement="bottom start">
      <MenuItem id="attribute" icon={<UserRound size={16} />} description={t('audience-add-attribute-help')} onAction={() => put('attribute')}>{t('audience-add-attribute')}</MenuItem>
      <MenuItem id="event" icon={<CalendarClock size={16} />} description={t('audience-add-event-help')} onAction={() => put('event')}>{t('audience-add-event')}</MenuItem>
      <MenuItem id="member" icon={<Target size={16} />} description={t('audience-add-member-help')} onAction={() => put('member')}>{t('audience-add-member')}</MenuItem>
      <MenuItem id="group" icon={<Blocks size={16} />} description={t('audience-add-group-help')} isDisabled={depth >= MAX_DEPTH - 1} onAction={() => put('group')}>{t('audience-add-group')}</MenuItem>
    </Menu>
  )
}
