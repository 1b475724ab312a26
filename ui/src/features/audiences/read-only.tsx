import type { Audience } from '../../api/types'
import { useI18n } from '../../i18n/context'
import { groupOf, type Condition } from './condition'
import { usePartWords } from './describe'
import { fromCondition } from './model'

/** For those who may look but not change. */
export function ReadOnly({ audience }: { audience: Audience }) {
  const { t } = useI18n()
  return (
    <section className="audience-form">
      {audience.description && <p>{audience.description}</p>}
      <h2 className="audience-part__title">{t('audience-condition')}</h2>
      <ul className="why__tree"><Sentence condition={audience.condition as Condition} /></ul>
      <p className="muted">{t('audience-read-only')}</p>
    </section>
  )
}

function Sentence({ condition }: { condition: Condition }) {
  const describe = usePartWords()
  const group = groupOf(condition)
  const root = fromCondition(condition)
  return (
    <li className="why__part">
      <span className="why__words">{describe(group ? root : root.parts[0]!)}</span>
      {group && <ul className="why__tree">{group.parts.map((part, index) => <Sentence key={index} condition={part} />)}</ul>}
    </li>
  )
}
