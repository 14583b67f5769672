"""What can be made wrong in a module: one change at a time, in its syntax tree."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from copy import copy
from typing import Any, Literal, NamedTuple

Outcome = Literal["killed", "hung", "survived"]

# What stands instead of an operator: its neighbour at the boundary, and its contrary.
OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.And: (ast.Or,), ast.Or: (ast.And,),
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.Mod: (ast.Add,),
    ast.FloorDiv: (ast.Mult,), ast.BitOr: (ast.BitAnd,), ast.BitAnd: (ast.BitOr,),
}  # fmt: skip
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
UNREAD = {"annotation", "returns", "decorator_list", "format_spec", "type_comment", "ctx"}  # says nothing at run time


class Place(NamedTuple):
    """Where a node hangs in the tree."""

    parent: ast.AST
    field: str
    at: int | None  # of a list, at which place

    def put(self, node: ast.AST) -> ast.AST:
        """Hangs another node here; answers the one that hung here before."""
        if self.at is None:
            before = getattr(self.parent, self.field)
            setattr(self.parent, self.field, node)
        else:
            row = getattr(self.parent, self.field)
            before, row[self.at] = row[self.at], node
        return before  # type: ignore[no-any-return]


class Name(NamedTuple):
    """What a change is known by, wherever in the file it stands: in which function, what was there, what is now."""

    scope: str
    was: str
    becomes: str
    turn: int = 1  # the same change of the same line may be possible more than once in a function


class Mutant(NamedTuple):
    """One change, and where in the tree it is made."""

    name: Name
    line: int
    place: Place
    node: ast.AST


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """All changes that are worth a trial, in the order of the file. The tree is as it was between two of them."""
    turns: Counter[Name] = Counter()
    for scope, statement, place, node in _changes(tree, "", None):
        before = ast.unparse(statement).splitlines()
        old = place.put(node)
        # A statement that was taken away shows nothing of itself.
        after = ast.unparse(node if old is statement else statement).splitlines()
        place.put(old)
        pairs = zip(before, after, strict=False)
        was, becomes = next(((a, b) for a, b in pairs if a != b), (before[0], after[0]))
        name = Name(scope, was.strip(), becomes.strip())
        turns[name] += 1
        yield Mutant(name._replace(turn=turns[name]), getattr(old, "lineno", statement.lineno), place, node)


def _changes(node: ast.AST, scope: str, statement: ast.stmt | None) -> Iterator[tuple[str, ast.stmt, Place, ast.AST]]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        scope = f"{scope}.{node.name}" if scope else node.name
    for place, child in _children(node):
        said = child if isinstance(child, ast.stmt) else statement
        if said is not None:
            for other in _others(child, place):
                yield scope, said, place, ast.fix_missing_locations(ast.copy_location(other, child))
        yield from _changes(child, scope, said)


def _children(node: ast.AST) -> Iterator[tuple[Place, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if field in UNREAD:
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            place = Place(node, field, index if isinstance(value, list) else None)
            if isinstance(child, ast.AST) and not _is_said(child):
                yield place, child


def _is_said(node: ast.AST) -> bool:
    """Whether it is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _others(node: ast.AST, place: Place) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.Compare():
            for index, op in enumerate(node.ops):
                for other in OPERATORS[type(op)]:
                    yield _with(node, ops=[*node.ops[:index], other(), *node.ops[index + 1 :]])
        case ast.BinOp() | ast.BoolOp() | ast.AugAssign():
            for other in OPERATORS.get(type(node.op), ()):
                yield _with(node, op=other())
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.Constant():
            yield from _values(node.value)
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            yield _with(node, func=ast.Name(CALLS[name], ast.Load()))
        case ast.Return(value=ast.expr() as value) | ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            if not isinstance(value, ast.Constant) or value.value is not None:
                yield _with(node, value=ast.Constant(None))
        case ast.Expr() | ast.Delete() | ast.Raise() | ast.Return():
            yield ast.Pass()
        case ast.Break():
            yield ast.Continue()
        case ast.Continue():
            yield ast.Break()
    if place.field in ("test", "ifs") and isinstance(node, ast.expr) and not _is_turned(node):
        yield ast.UnaryOp(ast.Not(), node)


def _values(value: Any) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant(f"XX{value}")
    elif isinstance(value, bytes):
        yield ast.Constant(b"XX" + value)


def _is_turned(node: ast.expr) -> bool:
    """Whether another change makes a condition its contrary."""
    turned = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return turned or isinstance(node, ast.Compare | ast.Constant)


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    other = copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other
