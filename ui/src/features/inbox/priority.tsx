import { ChevronDown, ChevronsUp, Equal, TriangleAlert } from 'lucide-react'
import type { Priority } from '../../api/types'

const ICONS = { urgent: TriangleAlert, high: ChevronsUp, normal: Equal, low: ChevronDown }

export function PriorityIcon({ priority, size = 15 }: { priority: Priority; size?: number }) {
  const Icon = ICONS[priority]
  return <Icon size={size} aria-hidden="true" className={`priority priority--${priority}`} />
}
