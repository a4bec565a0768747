/** PreviewObject: whoever may get an object may have it looked into. */
import { type Operation, streams } from '../../../protocol/service.ts';
import type { ObjectPreview, TelarInput } from '../api.ts';
import type { TelarPorts } from '../ports.ts';
import { createPreviews } from './thread.ts';

export function previewOperations({ objects, clock }: Pick<TelarPorts, 'objects' | 'clock'>): {
  PreviewObject: Operation<TelarInput<'PreviewObject'>, ObjectPreview>;
} {
  const previews = createPreviews(clock);
  return {
    PreviewObject: streams(
      (input) => [...objects.accessToRead(input)],
      async (input, call) => {
        const { object, ...bytes } = await call.read(() => objects.openFor(call, input));
        const { size, attributes } = object;
        const about = { key: input.Key, contentType: attributes.contentType, maxRows: input.MaxRows };
        return previews({ ...about, size, ...bytes }, call);
      },
      { audit: 'data', readOnly: true },
    ),
  };
}
