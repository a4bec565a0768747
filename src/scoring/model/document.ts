/**
 * XGBoost's own document (JSON or UBJSON, versions 1 to 3) as a Model.
 *
 * D1. Where training stopped early only the trees up to the best iteration count, as in AWS's and Telar's serving.
 * D2. What the document has and scoring has not (categorical splits, vector leaves, other boosters) is refused by name.
 */
import { badModel, unsupported } from '../errors.ts';
import { integerAt, type Json, listAt, member, numbersAt, textAt } from './json.ts';
import { createForest, type Model, type Trees } from './model.ts';
import { objectiveOf } from './objectives.ts';

/** More than any model that was trained on a table; what declares more is not believed. */
const MOST_GROUPS = 10_000;

/** @throws ScoringError */
export function modelFromDocument(document: Json): Model {
  const learner = member(document, 'learner');
  if (!(learner instanceof Map)) throw badModel('The model has no "learner": it is no model that XGBoost saved.');
  const parameters = member(learner, 'learner_model_param');
  const features = integerAt(parameters, 'num_feature');
  const groups = groupsOf(parameters);
  const objective = textAt(learner, 'objective', 'name');
  const version = versionOf(document);
  checkObjective(objective, version);
  const booster = boosterOf(learner, features, groups);
  const margins = marginsOf(textAt(parameters, 'base_score'), objective, groups);
  // XGBoost has one for each class since 3.1, and its gblinear adds the first to all.
  if (booster.kind === 'linear') margins.fill(margins[0]!);
  return { version, features, groups, margins, objective, booster };
}

/** @throws ScoringError */
export function checkObjective(objective: string, version: string): void {
  objectiveOf(objective);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  // Seen: 1.2 made a margin of its base_score, 1.5 did not.
  if (objective === 'binary:logitraw' && (major === 0 || (major === 1 && minor < 5)))
    throw unsupported(
      'The model is a binary:logitraw of XGBoost before 1.5, which took base_score otherwise: its container can serve it.',
    );
}

function versionOf(document: Json): string {
  const version = member(document, 'version');
  return Array.isArray(version) ? version.join('.') : '';
}

function groupsOf(parameters: Json | undefined): number {
  const targets = member(parameters, 'num_target') === undefined ? 1 : integerAt(parameters, 'num_target');
  return checkedGroups(integerAt(parameters, 'num_class'), targets);
}

/** Sums for each row: one for each class or target. @throws ScoringError */
export function checkedGroups(classes: number, targets: number): number {
  const groups = Math.max(1, classes, targets);
  if (groups > MOST_GROUPS) throw unsupported(`The model has ${groups} outputs; Telar scores up to ${MOST_GROUPS}.`);
  return groups;
}

/** `base_score` is one number, or since 3.1 one for each group. */
function marginsOf(text: string, objective: string, groups: number): Float32Array {
  const scores = text
    .replace(/^\[(.*)\]$/, '$1')
    .split(',')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  return marginsFrom(scores, objective, groups);
}

/** @throws ScoringError */
export function marginsFrom(scores: readonly number[], objective: string, groups: number): Float32Array {
  if (scores.length !== 1 && scores.length !== groups)
    throw badModel(`The model's base_score has ${scores.length} values for ${groups} outputs.`);
  const { margin } = objectiveOf(objective);
  const margins = Float32Array.from({ length: groups }, (_, group) => margin(Math.fround(scores[group] ?? scores[0]!)));
  if (margins.every(Number.isFinite)) return margins;
  throw badModel(`The model's base_score ${scores.join(', ').slice(0, 100)} does not fit its objective ${objective}.`);
}

function boosterOf(learner: Json, features: number, groups: number): Model['booster'] {
  const booster = member(learner, 'gradient_booster');
  const name = textAt(booster, 'name');
  const rounds = bestRounds(member(learner, 'attributes', 'best_iteration'));
  switch (name) {
    case 'gbtree':
      return { kind: 'trees', trees: treesOf(booster, features, groups, rounds, undefined) };
    case 'dart': {
      const weights = numbersAt(booster, 'weight_drop');
      return { kind: 'trees', trees: treesOf(member(booster, 'gbtree'), features, groups, rounds, weights) };
    }
    case 'gblinear':
      return { kind: 'linear', weights: linearWeights(numbersAt(booster, 'model', 'weights'), features, groups) };
    default:
      throw unsupported(`The model's booster is "${name.slice(0, 100)}". Telar scores gbtree, dart and gblinear.`);
  }
}

/** How many rounds early stopping chose; undefined where there was none. @throws ScoringError */
export function bestRounds(attribute: Json | undefined): number | undefined {
  if (attribute === undefined) return undefined;
  const best = typeof attribute === 'string' && attribute !== '' ? Number(attribute) : Number.NaN;
  if (Number.isSafeInteger(best) && best >= 0) return best + 1;
  throw badModel('The attribute best_iteration of the model is not a whole number.');
}

/** The bias of each group is the last of its weights. @throws ScoringError */
export function linearWeights(weights: ArrayLike<number>, features: number, groups: number): Float32Array {
  if (weights.length === (features + 1) * groups) return Float32Array.from(weights);
  throw badModel(`The linear model has ${weights.length} weights for ${features} features and ${groups} outputs.`);
}

function treesOf(
  booster: Json | undefined,
  features: number,
  groups: number,
  rounds: number | undefined,
  weights: ArrayLike<number> | undefined,
): Trees {
  const model = member(booster, 'model');
  const encoded = member(model, 'cats', 'enc');
  if (Array.isArray(encoded) && encoded.length > 0)
    throw unsupported('The model has categories of its own (enable_categorical), which Telar does not score itself.');
  const trees = listAt(model, 'trees');
  const info = numbersAt(model, 'tree_info');
  if (info.length !== trees.length) throw badModel(`The model has ${trees.length} trees, but says of ${info.length}.`);
  if (weights && weights.length !== trees.length)
    throw badModel(`The model has ${trees.length} trees and ${weights.length} weights.`);
  const used = usedTrees(model, trees.length, groups, rounds);
  const forest = createForest(features, groups);
  for (let index = 0; index < used; index += 1)
    addTree(forest, trees[index]!, info[index]!, weights?.[index] ?? 1, index);
  return forest.finish();
}

function usedTrees(model: Json | undefined, count: number, groups: number, rounds: number | undefined): number {
  if (rounds === undefined) return count;
  if (member(model, 'iteration_indptr') !== undefined) {
    const ends = numbersAt(model, 'iteration_indptr');
    return Math.min(count, ends[Math.min(rounds, ends.length - 1)] ?? count);
  }
  const each = member(model, 'gbtree_model_param', 'num_parallel_tree');
  const parallel = each === undefined ? 1 : integerAt(model, 'gbtree_model_param', 'num_parallel_tree');
  return Math.min(count, rounds * Math.max(1, parallel) * groups);
}

function addTree(
  forest: ReturnType<typeof createForest>,
  tree: Json,
  group: number,
  scale: number,
  index: number,
): void {
  const vector = member(tree, 'tree_param', 'size_leaf_vector');
  if (vector !== undefined && integerAt(tree, 'tree_param', 'size_leaf_vector') > 1)
    throw unsupported(
      'The model has vector leaves (multi_strategy=multi_output_tree), which Telar does not score itself.',
    );
  if (member(tree, 'split_type') !== undefined && Array.from(numbersAt(tree, 'split_type')).some((type) => type !== 0))
    throw unsupported(`Tree ${index} has categorical splits, which Telar does not score itself.`);
  const missing = numbersAt(tree, 'default_left');
  forest.add(
    {
      left: numbersAt(tree, 'left_children'),
      right: numbersAt(tree, 'right_children'),
      feature: numbersAt(tree, 'split_indices'),
      value: numbersAt(tree, 'split_conditions'),
      missingLeft: (node) => Boolean(missing[node]),
    },
    group,
    scale,
  );
}
