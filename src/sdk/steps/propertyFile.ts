/**
 * Property files: JSON that a Processing step writes, and from which conditions and arguments read single values.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-propertyfile.html
 */
import type { PathOf, ValueAt } from '../paths.ts';
import { join, type Primitive, type Ref, reference, type S3Uri } from '../references.ts';

declare const shape: unique symbol;
/** The type of a JSON file's contents, for `contents`: exists for the compiler only. */
export type Shape<T> = { readonly [shape]?: T };

/**
 * Says what a property file will hold.
 *
 * @example { output: 'evaluation', path: 'evaluation.json', contents: shapeOf<{ metrics: { accuracy: number } }>() }
 */
export function shapeOf<T>(): Shape<T> {
  return {};
}

/** A JSON file under one of the step's outputs, which conditions and arguments may read. */
export type PropertyFileOptions<Output extends string> = {
  output: Output;
  /** The file's path inside the output: `evaluation.json`. */
  path: string;
  /** With it, `get` accepts only paths that the type has. */
  contents?: Shape<unknown>;
};

/** A property file of a step, to read from. */
export type PropertyFile<Contents = unknown> = {
  /** The file's S3 URI, while the pipeline runs. */
  readonly s3Uri: Ref<S3Uri>;
  /**
   * One value of the file (Std:JsonGet).
   *
   * @example evaluate.propertyFiles.EvaluationReport.get('metrics.accuracy')
   */
  readonly get: unknown extends Contents
    ? <T extends Primitive>(path: string) => Ref<T>
    : <Path extends PathOf<Contents>>(path: Path) => Ref<ValueAt<Contents, Path>>;
};

/** The property file `fileName` of a step, to read from. */
export function propertyFile(stepName: string, fileName: string, options: PropertyFileOptions<string>): PropertyFile {
  return {
    s3Uri: join('/', outputUri(stepName, options.output), options.path),
    get: (path) =>
      reference({
        'Std:JsonGet': { PropertyFile: { Get: `Steps.${stepName}.PropertyFiles.${fileName}` }, Path: path },
      }),
  };
}

/** The S3 URI of a Processing step's output, while the pipeline runs. */
export function outputUri(stepName: string, output: string): Ref<S3Uri> {
  return reference({ Get: `Steps.${stepName}.ProcessingOutputConfig.Outputs['${output}'].S3Output.S3Uri` });
}
